import Protobuf

/// Finds U+0000 in the text of a request: JSON can spell it, no documented value may hold it, and it ends strings early in many a tool.
enum NULSearch {
  /// Whether `json` holds the escape `\u0000`; the rare request that does is looked at closely.
  static func mayHold(json: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index + 6 <= json.count {
      guard json[index] == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      if json[index + 1] == UInt8(ascii: "u"), json[index + 2..<index + 6].allSatisfy({ $0 == UInt8(ascii: "0") }) { return true }
      index += 2
    }
    return false
  }

  /// The path of the first string with U+0000 in a message, such as `items[2].title`; nil if there is none.
  ///
  /// - Parameter wire: What the JSON reader wrote, hence well-formed.
  static func path(in wire: [UInt8], of schema: MessageSchema) -> String? {
    path(in: wire.span, of: schema)
  }

  private static func path(in wire: Span<UInt8>, of schema: MessageSchema) -> String? {
    var index = 0
    var counts: [Int: Int] = [:]
    while index < wire.count {
      let tag = varint(wire, &index)
      guard tag & 7 == UInt64(WireType.lengthDelimited) else {
        skipNumber(tag, wire, &index)
        continue
      }
      let start = min(Int(clamping: varint(wire, &index)) + index, wire.count)
      let value = wire.extracting(index..<start)
      index = start
      guard let field = schema.field(number: Int(tag >> 3)) else { continue }
      let position = counts[field.number, default: 0]
      counts[field.number] = position + 1
      let name = field.cardinality == .repeated ? "\(field.restName)[\(position)]" : field.restName
      if field.type == .string, holdsNUL(value) { return name }
      if let message = field.message, let inner = path(in: value, of: message) {
        // What lies inside maps and free-form objects is named by the field of the document.
        return field.cardinality == .map || message.wellKnown != nil ? name : "\(name).\(inner)"
      }
    }
    return nil
  }

  private static func holdsNUL(_ text: Span<UInt8>) -> Bool {
    for index in 0..<text.count where text[index] == 0 { return true }
    return false
  }

  private static func skipNumber(_ tag: UInt64, _ wire: Span<UInt8>, _ index: inout Int) {
    switch UInt32(tag & 7) {
    case WireType.fixed64: index += 8
    case WireType.fixed32: index += 4
    default: _ = varint(wire, &index)
    }
  }

  private static func varint(_ wire: Span<UInt8>, _ index: inout Int) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while index < wire.count {
      let byte = wire[index]
      index += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    return value
  }
}
