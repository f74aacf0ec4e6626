/// Numbers as JSON text, without a String where one can be avoided.
enum NumberFormat {
  /// "00" to "99", so that two digits cost one look-up.
  private static let pairs: StaticString = """
    0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
    5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
    """

  /// Writes two digits; `value` is 0 to 99.
  @inline(__always) static func twoDigits(_ value: Int, _ q: UnsafeMutablePointer<UInt8>) {
    let pair = pairs.utf8Start + value * 2
    q[0] = pair[0]
    q[1] = pair[1]
  }

  static func append(_ value: UInt64, to out: inout ByteSink) {
    out.need(20)
    if value < 10 {
      out.q.pointee = 48 + UInt8(truncatingIfNeeded: value)
      out.q += 1
      return
    }
    let digits = decimalDigits(value)
    var rest = value
    var q = out.q + digits
    while rest >= 100 {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 100)
      q -= 2
      twoDigits(Int(truncatingIfNeeded: remainder), q)
      rest = quotient
    }
    if rest >= 10 {
      twoDigits(Int(truncatingIfNeeded: rest), q - 2)
    } else {
      (q - 1).pointee = 48 + UInt8(truncatingIfNeeded: rest)
    }
    out.q += digits
  }

  @inline(__always) static func append(_ value: Int64, to out: inout ByteSink) {
    if value < 0 { out.byte(0x2d) }
    append(value.magnitude, to: &out)
  }

  private static func decimalDigits(_ value: UInt64) -> Int {
    var count = 1
    var limit: UInt64 = 10
    while value >= limit {
      count += 1
      let (next, overflow) = limit.multipliedReportingOverflow(by: 10)
      if overflow { return count }
      limit = next
    }
    return count
  }

  /// Writes a double: `1`, `0.1`, `1e+30`; NaN and the infinities as the strings that ProtoJSON gives them.
  static func append(_ value: Double, to out: inout ByteSink) {
    // Whole numbers that a double holds exactly need no shortest-digits search. -0 keeps its sign.
    if let whole = Int64(exactly: value), whole.magnitude < 1 << 53, whole != 0 || value.sign == .plus {
      return append(whole, to: &out)
    }
    guard value.isFinite else { return appendSpecial(value.isNaN, value < 0, to: &out) }
    appendShortest(value.description, to: &out)
  }

  /// Writes a float with the fewest digits that tell it from its neighbours.
  static func append(_ value: Float, to out: inout ByteSink) {
    if let whole = Int64(exactly: value), whole.magnitude < 1 << 24, whole != 0 || value.sign == .plus {
      return append(whole, to: &out)
    }
    guard value.isFinite else { return appendSpecial(value.isNaN, value < 0, to: &out) }
    appendShortest(value.description, to: &out)
  }

  private static func appendSpecial(_ isNaN: Bool, _ negative: Bool, to out: inout ByteSink) {
    if isNaN {
      out.append("\"NaN\"")
    } else if negative {
      out.append("\"-Infinity\"")
    } else {
      out.append("\"Infinity\"")
    }
  }

  /// Swift's `description` is the shortest text that reads back the same; a final ".0" is left out, except of -0.0:
  /// many JSON readers take -0 for an integer, which has no sign.
  private static func appendShortest(_ text: String, to out: inout ByteSink) {
    let start = out.count
    out.append(text)
    if out.count - start > 2, text != "-0.0", out.q[-1] == 0x30, out.q[-2] == 0x2e { out.rewind(to: out.count - 2) }
  }
}
