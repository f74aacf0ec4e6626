/// How a document's text names its images: `weft-image:17`.
enum DocumentImageAddress {
  static let scheme = "weft-image:"

  /// The image that an address names; nil for any other address.
  static func id(_ address: some StringProtocol) -> Int64? {
    guard address.utf8.starts(with: scheme.utf8) else { return nil }
    return number(address.utf8.dropFirst(scheme.utf8.count))
  }

  /// The images that a text names, each once, in the order of their first places. What is no image in the end, such as an address in a block
  /// of code, is among them: it costs a look.
  static func ids(in text: String) -> [Int64] {
    var ids: [Int64] = []
    var seen: Set<Int64> = []
    let bytes = Array(text.utf8)
    let scheme = Array(scheme.utf8)
    var at = 0
    while let colon = bytes[at...].firstIndex(of: UInt8(ascii: ":")) {
      at = colon + 1
      guard colon + 1 >= scheme.count, bytes[(colon + 1 - scheme.count)...colon].elementsEqual(scheme) else { continue }
      let digits = bytes[at...].prefix { isDigit($0) }
      if let id = number(digits), seen.insert(id).inserted { ids.append(id) }
    }
    return ids
  }

  /// As `DocumentImage.address` writes it and no other way: no zero in front, no sign.
  private static func number(_ digits: some Collection<UInt8>) -> Int64? {
    guard (1...19).contains(digits.count), digits.first != UInt8(ascii: "0"), digits.allSatisfy(isDigit) else { return nil }
    return Int64(String(decoding: digits, as: UTF8.self))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
