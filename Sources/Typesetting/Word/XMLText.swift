/// XML being written: markup as it is, text escaped.
struct XMLText {
  private(set) var bytes: [UInt8] = []

  init(_ markup: String = "") { bytes.append(contentsOf: markup.utf8) }

  static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

  mutating func markup(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(_ other: XMLText) { bytes.append(contentsOf: other.bytes) }

  /// Text of an element or an attribute between double quotes. What XML 1.0 (section 2.2) has no place for is dropped.
  mutating func text(_ text: String) {
    var text = text
    text.withUTF8 { source in
      var index = 0
      while index < source.count {
        let byte = source[index]
        switch byte {
        case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
        case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
        case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
        case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
        case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
        case 0x09, 0x0A: bytes.append(0x20)
        case 0..<0x20, 0x7F: break
        case 0xEF where index + 2 < source.count && source[index + 1] == 0xBF && source[index + 2] >= 0xBE: index += 2
        default: bytes.append(byte)
        }
        index += 1
      }
    }
  }

  static func escaped(_ text: String) -> String {
    var xml = XMLText()
    xml.text(text)
    return String(decoding: xml.bytes, as: UTF8.self)
  }
}
