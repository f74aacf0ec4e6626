/// Base64 (RFC 4648): written with the standard alphabet and padding, read with either alphabet, padded or not.
enum Base64 {
  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

  /// 0 to 63, or 64 for a byte that is not of either alphabet.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 64, count: 256)
    for i in 0..<64 { table[Int(alphabet.utf8Start[i])] = UInt8(i) }
    table[0x2d] = 62
    table[0x5f] = 63
    return table
  }()

  static func encode(_ range: WireRange, to out: inout ByteSink) {
    out.need((range.count + 2) / 3 * 4)
    let letters = alphabet.utf8Start
    var p = range.start
    var q = out.q
    func letter(_ bits: UInt32) -> UInt8 { letters[Int(bits & 63)] }
    while range.end - p >= 3 {
      let word = UInt32(p[0]) << 16 | UInt32(p[1]) << 8 | UInt32(p[2])
      q[0] = letter(word >> 18)
      q[1] = letter(word >> 12)
      q[2] = letter(word >> 6)
      q[3] = letter(word)
      p += 3
      q += 4
    }
    if range.end - p == 1 {
      let word = UInt32(p[0]) << 16
      (q[0], q[1], q[2], q[3]) = (letter(word >> 18), letter(word >> 12), 0x3d, 0x3d)
      q += 4
    } else if range.end - p == 2 {
      let word = UInt32(p[0]) << 16 | UInt32(p[1]) << 8
      (q[0], q[1], q[2], q[3]) = (letter(word >> 18), letter(word >> 12), letter(word >> 6), 0x3d)
      q += 4
    }
    out.q = q
  }

  /// Appends the decoded bytes; false where the text is no base64.
  static func decode(_ range: WireRange, to out: inout ByteSink) -> Bool {
    var end = range.end
    var padding = 0
    while end > range.start, end[-1] == 0x3d, padding < 2 {
      end -= 1
      padding += 1
    }
    let count = end - range.start
    let rest = count & 3
    guard rest != 1, padding == 0 || (rest + padding) & 3 == 0 else { return false }
    out.need(count / 4 * 3 + 2)
    var p = range.start
    var q = out.q
    return values.withUnsafeBufferPointer { values in
      func value(_ i: Int) -> UInt32 { UInt32(values[Int(p[i])]) }
      while end - p >= 4 {
        let (a, b, c, d) = (value(0), value(1), value(2), value(3))
        guard (a | b | c | d) & 64 == 0 else { return false }
        let word = a << 18 | b << 12 | c << 6 | d
        q[0] = UInt8(truncatingIfNeeded: word >> 16)
        q[1] = UInt8(truncatingIfNeeded: word >> 8)
        q[2] = UInt8(truncatingIfNeeded: word)
        p += 4
        q += 3
      }
      if rest >= 2 {
        let (a, b) = (value(0), value(1))
        let c = rest == 3 ? value(2) : 0
        guard (a | b | c) & 64 == 0 else { return false }
        q[0] = UInt8(truncatingIfNeeded: a << 2 | b >> 4)
        q += 1
        if rest == 3 {
          q[0] = UInt8(truncatingIfNeeded: b << 4 | c >> 2)
          q += 1
        }
      }
      out.q = q
      return true
    }
  }
}
