/// The few things that the gateway writes in JSON by itself.
extension [UInt8] {
  mutating func append(_ text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends `text` as a JSON string (RFC 8259, section 7).
  mutating func append(jsonString text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 { append(jsonStringByte: byte) }
    append(UInt8(ascii: "\""))
  }

  /// Appends well-formed UTF-8 as a JSON string.
  mutating func append(jsonString utf8: [UInt8]) {
    append(UInt8(ascii: "\""))
    for byte in utf8 { append(jsonStringByte: byte) }
    append(UInt8(ascii: "\""))
  }

  private mutating func append(jsonStringByte byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append(UInt8(ascii: "\\"))
      append(byte)
    case 0..<0x20:
      append("\\u00")
      for nibble in [byte >> 4, byte & 15] { append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10) }
    default:
      append(byte)
    }
  }
}
