internal import Logging

/// What both formats share: which metadata counts, and text that cannot be mistaken for another line.
enum LogLine {
  /// Bytes of one line; what goes beyond is cut, so that no caller can fill the log with one message.
  static let bytesMax = 16_384

  /// The logger's own metadata under the provider's, under what the call gave.
  static func merged(_ own: Logger.Metadata, _ provider: Logger.MetadataProvider?, _ given: Logger.Metadata?) -> Logger.Metadata {
    var metadata = own
    if let provided = provider?.get(), !provided.isEmpty { metadata.merge(provided) { _, new in new } }
    if let given, !given.isEmpty { metadata.merge(given) { _, new in new } }
    return metadata
  }

  /// Appends text with control characters escaped, so that a newline in it begins no line and an escape sequence colours
  /// no terminal: C0, DEL and the C1 characters that UTF-8 writes as C2 80 to C2 9F; also U+2028 and U+2029 (E2 80 A8 and A9), at
  /// which some readers end a line.
  static func append(_ text: String, to line: inout [UInt8]) {
    var previous: UInt8 = 0
    var beforeThat: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\n"): line.append(contentsOf: #"\n"#.utf8)
      case UInt8(ascii: "\r"): line.append(contentsOf: #"\r"#.utf8)
      case UInt8(ascii: "\t"): line.append(contentsOf: #"\t"#.utf8)
      case 0..<0x20, 0x7f: appendEscape(byte, to: &line)
      case 0x80...0x9f where previous == 0xc2:
        line.removeLast()
        appendEscape(byte, to: &line)
      case 0xa8, 0xa9:
        if previous == 0x80, beforeThat == 0xe2 {
          line.removeLast(2)
          line.append(contentsOf: (byte == 0xa8 ? #"\u2028"# : #"\u2029"#).utf8)
        } else {
          line.append(byte)
        }
      default: line.append(byte)
      }
      beforeThat = previous
      previous = byte
    }
  }

  /// Cuts a line that is too long between two characters, leaving room for its end.
  static func cut(_ line: inout [UInt8]) {
    guard line.count > bytesMax else { return }
    var count = bytesMax
    while count > 0, line[count] & 0xc0 == 0x80 { count -= 1 }
    line.removeSubrange(count...)
    line.append(contentsOf: "…".utf8)
  }

  private static func appendEscape(_ byte: UInt8, to line: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    line.append(contentsOf: #"\x"#.utf8)
    line.append(digits[Int(byte >> 4)])
    line.append(digits[Int(byte & 15)])
  }
}
