/// Whether bytes are text, by their first 64 KiB at most.
enum TextContent {
  /// UTF-8, UTF-16 with a byte order mark (as spreadsheets save it), or some other encoding of eight bits: GB18030 files are
  /// everyday. None has control characters but white space and ESC, which colours logs.
  static func isText(_ head: [UInt8]) -> Bool {
    if head.starts(with: [0xff, 0xfe]) { return isUTF16(head, low: 0) }
    if head.starts(with: [0xfe, 0xff]) { return isUTF16(head, low: 1) }
    return !head.contains(where: isControl)
  }

  /// - Parameter isWhole: Nothing follows; otherwise the last character may be cut.
  static func isUTF8(_ head: [UInt8], isWhole: Bool) -> Bool {
    if String(validating: head, as: UTF8.self) != nil { return true }
    guard !isWhole else { return false }
    // A character has four bytes at most, and the last one is cut at its first to third.
    return (1...3).contains {
      head.count > $0 && head[head.count - $0] >= 0xc0 && String(validating: head.dropLast($0), as: UTF8.self) != nil
    }
  }

  /// Whether the first character behind a byte order mark and white space may begin a JSON text (RFC 8259); true for none.
  static func mayBeJSON(_ head: [UInt8]) -> Bool {
    let text = head.starts(with: [0xef, 0xbb, 0xbf]) ? head.dropFirst(3) : head[...]
    guard let first = text.first(where: { !" \t\r\n".utf8.contains($0) }) else { return true }
    return "{[\"-0123456789tfn".utf8.contains(first)
  }

  private static func isUTF16(_ head: [UInt8], low: Int) -> Bool {
    stride(from: 0, to: head.count - 1, by: 2).allSatisfy { head[$0 + 1 - low] != 0 || !isControl(head[$0 + low]) }
  }

  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && !(0x09...0x0d).contains(byte) && byte != 0x1b || byte == 0x7f }
}
