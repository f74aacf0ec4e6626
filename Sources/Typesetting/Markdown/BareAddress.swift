/// Finds addresses that stand in running text without markup (GFM, "Autolinks (extension)"), in time proportional to the text.
///
/// libcmark-gfm's own extension for this looks back over the whole paragraph from each candidate, so it is not used.
enum BareAddress {
  /// The text cut into pieces; a piece with an address is a link.
  static func split(_ text: String) -> [(text: String, address: String?)] {
    var pieces: [(text: String, address: String?)] = []
    var copy = text
    copy.withUTF8 { bytes in
      var from = 0
      var index = 0
      while index < bytes.count {
        guard let end = addressEnd(bytes, at: index) else {
          index += 1
          continue
        }
        if from < index { pieces.append((String(decoding: bytes[from..<index], as: UTF8.self), nil)) }
        let address = String(decoding: bytes[index..<end], as: UTF8.self)
        pieces.append((address, bytes[index] == UInt8(ascii: "w") ? "http://" + address : address))
        from = end
        index = end
      }
      if from < bytes.count { pieces.append((String(decoding: bytes[from...], as: UTF8.self), nil)) }
    }
    return pieces
  }

  private static let openings: [[UInt8]] = [Array("https://".utf8), Array("http://".utf8), Array("www.".utf8)]

  /// Where an address that begins at `index` ends; nil if none does.
  private static func addressEnd(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
    guard bytes[index] == UInt8(ascii: "h") || bytes[index] == UInt8(ascii: "w") else { return nil }
    if index > 0, isWord(bytes[index - 1]) { return nil }
    guard let opening = openings.first(where: { bytes[index...].starts(with: $0) }) else { return nil }
    var end = index + opening.count
    var parentheses = 0
    // Addresses in running Chinese text end at the first character that is not ASCII.
    while end < bytes.count, bytes[end] > 0x20, bytes[end] < 0x7F, bytes[end] != UInt8(ascii: "<") {
      if bytes[end] == UInt8(ascii: "(") { parentheses += 1 }
      if bytes[end] == UInt8(ascii: ")") {
        parentheses -= 1
        if parentheses < 0 { break }
      }
      end += 1
    }
    while end > index, "?!.,:*_~'\";".utf8.contains(bytes[end - 1]) { end -= 1 }
    return end > index + opening.count ? end : nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: false
    }
  }
}
