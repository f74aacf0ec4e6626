/// Times as people write them into a query.
enum TimeText {
  /// The time in RFC 3339's form: without a zone it is UTC, a bare date is its first moment, and the plus sign of a zone that nobody escaped,
  /// which a query turns into a space, is one again. Any other text stays as it is.
  static func whole(_ text: [UInt8]) -> [UInt8] {
    // `2024-01-01`, `2024-01-01T00:00:00`
    let (dateCount, secondsCount) = (10, 19)
    if text.count == dateCount { return text + Array("T00:00:00Z".utf8) }
    guard text.count >= secondsCount, text[dateCount] | 0x20 == UInt8(ascii: "t") else { return text }
    if let space = text[secondsCount...].firstIndex(of: UInt8(ascii: " ")) {
      return text[..<space] + [UInt8(ascii: "+")] + text[(space + 1)...]
    }
    let hasZone = text[secondsCount...].contains { $0 | 0x20 == UInt8(ascii: "z") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    return hasZone ? text : text + [UInt8(ascii: "Z")]
  }
}
