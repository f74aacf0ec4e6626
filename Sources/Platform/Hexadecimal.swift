/// Bytes as pairs of hexadecimal digits (RFC 4648, section 8).
package enum Hexadecimal {
  /// In lower case.
  package static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0xf)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// From the ASCII codes of digits in either case. Nil for an odd number of them, and for what is none.
  package static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var rest = digits.makeIterator()
    while let first = rest.next() {
      guard let high = HexDigit.value(first), let second = rest.next(), let low = HexDigit.value(second) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
