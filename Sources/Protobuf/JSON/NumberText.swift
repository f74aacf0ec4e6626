/// A JSON number (RFC 8259, section 6) as it was written: sign, significant digits and power of ten, nothing rounded.
struct NumberText {
  var negative = false
  /// The significant digits up to the last one that is not zero; meaningless if `overflow`.
  var digits: UInt64 = 0
  /// The value is `digits` times ten to the power of `exponent`.
  var exponent = 0
  /// There are more significant digits than 64 bits hold.
  var overflow = false
  /// Where the text lies.
  var text: WireRange

  /// Reads the number at `start`; nil where none is. It ends where `text.end` says; what follows is the caller's.
  static func scan(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> NumberText? {
    var p = start
    var number = NumberText(text: WireRange(start: start, end: start))
    if p < end, p.pointee == 0x2d {
      number.negative = true
      p += 1
    }
    guard p < end, isDigit(p.pointee) else { return nil }
    if p.pointee == 0x30 {
      p += 1
      // A leading zero stands alone.
      if p < end, isDigit(p.pointee) { return nil }
    } else {
      p = number.take(p, end, fraction: false)
    }
    if p < end, p.pointee == 0x2e {
      p += 1
      guard p < end, isDigit(p.pointee) else { return nil }
      p = number.take(p, end, fraction: true)
    }
    if p < end, p.pointee | 0x20 == 0x65 {
      p += 1
      guard let next = number.takeExponent(p, end) else { return nil }
      p = next
    }
    number.text.end = p
    return number
  }

  @inline(__always) private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  /// Takes a run of digits. Zeros are counted in the exponent until another digit shows that they were significant.
  private mutating func take(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, fraction: Bool) -> UnsafePointer<UInt8> {
    var p = start
    while p < end, NumberText.isDigit(p.pointee) {
      let digit = UInt64(p.pointee &- 48)
      p += 1
      if fraction { pendingFraction += 1 }
      if digit == 0 {
        if digits != 0 || overflow { pendingZeros += 1 }
        continue
      }
      push(digit)
    }
    if fraction {
      exponent = pendingZeros - pendingFraction
    } else {
      exponent = pendingZeros
    }
    return p
  }

  private var pendingZeros = 0
  private var pendingFraction = 0

  private init(text: WireRange) { self.text = text }

  private mutating func push(_ digit: UInt64) {
    while pendingZeros > 0 && !overflow {
      append(0)
      pendingZeros -= 1
    }
    pendingZeros = 0
    append(digit)
  }

  private mutating func append(_ digit: UInt64) {
    let (tens, high) = digits.multipliedReportingOverflow(by: 10)
    let (sum, carry) = tens.addingReportingOverflow(digit)
    if high || carry { overflow = true }
    digits = sum
  }

  private mutating func takeExponent(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    var p = start
    var minus = false
    if p < end, p.pointee == 0x2b || p.pointee == 0x2d {
      minus = p.pointee == 0x2d
      p += 1
    }
    guard p < end, NumberText.isDigit(p.pointee) else { return nil }
    var value = 0
    while p < end, NumberText.isDigit(p.pointee) {
      // Far beyond what any type holds, and far from overflowing itself.
      if value < 1_000_000 { value = value * 10 + Int(p.pointee &- 48) }
      p += 1
    }
    exponent += minus ? -value : value
    return p
  }

  /// The magnitude as a whole number; nil where the number has a fraction or does not fit into 64 bits.
  func wholeMagnitude() -> UInt64? {
    if exponent == 0 { return overflow ? nil : digits }
    if digits == 0 && !overflow { return 0 }
    // `digits` ends in a digit that is not zero, so a negative exponent is a fraction.
    guard !overflow, exponent > 0, exponent < 20 else { return nil }
    var value = digits
    for _ in 0..<exponent {
      let (next, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      value = next
    }
    return value
  }

  /// The number as a signed integer; nil where it is none or does not fit.
  @inline(__always) func signed() -> Int64? {
    guard let magnitude = wholeMagnitude() else { return nil }
    if negative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
    return magnitude < 1 << 63 ? Int64(truncatingIfNeeded: magnitude) : nil
  }

  /// The number as an unsigned integer; nil where it is none or does not fit.
  @inline(__always) func unsigned() -> UInt64? {
    guard let magnitude = wholeMagnitude() else { return nil }
    return negative && magnitude != 0 ? nil : magnitude
  }

  /// The nearest double; nil where the number is too large for one.
  func double() -> Double? {
    // Both operands are exact, so one operation rounds once (Clinger, "How to read floating point numbers accurately").
    if !overflow, digits < 1 << 53, exponent >= -22, exponent <= 22 {
      let value = Double(digits)
      let scaled = exponent < 0 ? value / NumberText.power(-exponent) : value * NumberText.power(exponent)
      return negative ? -scaled : scaled
    }
    guard let value = Double(String(decoding: text.bytes, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  /// The nearest float; nil where the number is too large for one.
  func float() -> Float? {
    guard let value = Float(String(decoding: text.bytes, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  private static func power(_ exponent: Int) -> Double {
    var value = 1.0
    for _ in 0..<exponent { value *= 10 }
    return value
  }
}
