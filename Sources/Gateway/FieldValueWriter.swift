import Glibc
import Protobuf

/// Writes the text of a path variable, query parameter or form field as the value of a field, in the binary format.
enum FieldValueWriter {
  /// The text is no value of the field's type.
  struct Mismatch: Error, Equatable {
    /// What it should be, in Chinese.
    var expected: String
  }

  /// Appends `text` as the last of `fields`, inside the messages that the others are.
  static func append(_ text: [UInt8], to fields: [FieldSchema], into wire: inout [UInt8]) throws(Mismatch) {
    guard let field = fields.last else { return }
    guard fields.count > 1 else { return try append(text, to: field, into: &wire) }
    var inner: [UInt8] = []
    try append(text, to: field, into: &inner)
    for outer in fields.dropLast().reversed() {
      var message: [UInt8] = []
      append(delimited: inner, number: outer.number, into: &message)
      inner = message
    }
    wire.append(contentsOf: inner)
  }

  /// Appends bytes with their length as field `number`.
  static func append(delimited bytes: [UInt8], number: Int, into wire: inout [UInt8]) {
    append(prefixOf: bytes.count, number: number, into: &wire)
    wire.append(contentsOf: bytes)
  }

  /// Appends what stands before `count` bytes of field `number`.
  static func append(prefixOf count: Int, number: Int, into wire: inout [UInt8]) {
    append(tag: number, WireType.lengthDelimited, into: &wire)
    append(varint: UInt64(count), into: &wire)
  }

  private static func append(_ text: [UInt8], to field: FieldSchema, into wire: inout [UInt8]) throws(Mismatch) {
    let number = field.number
    switch field.type {
    case .string:
      append(delimited: text, number: number, into: &wire)
    case .int32, .sint32, .sfixed32:
      let value = try signed(text, Int64(Int32.min)...Int64(Int32.max))
      append(signed: value, number: number, type: field.type, into: &wire)
    case .int64, .sint64, .sfixed64:
      append(signed: try signed(text, Int64.min...Int64.max), number: number, type: field.type, into: &wire)
    case .uint32, .fixed32:
      append(unsigned: try unsigned(text, max: UInt64(UInt32.max)), number: number, type: field.type, into: &wire)
    case .uint64, .fixed64:
      append(unsigned: try unsigned(text, max: .max), number: number, type: field.type, into: &wire)
    case .bool:
      append(unsigned: try boolean(text) ? 1 : 0, number: number, type: field.type, into: &wire)
    case .double:
      append(fixed: try floating(text).bitPattern, count: 8, number: number, WireType.fixed64, into: &wire)
    case .float:
      let value = Float(try floating(text))
      guard value.isFinite else { throw Mismatch(expected: "数字") }
      append(fixed: UInt64(value.bitPattern), count: 4, number: number, WireType.fixed32, into: &wire)
    case .enumeration:
      append(signed: Int64(try enumeration(text, field)), number: number, type: field.type, into: &wire)
    case .bytes, .message, .group:
      try appendAsJSON(text, to: field, into: &wire)
    }
  }

  /// Bytes and messages that are one value in JSON (times, durations, wrappers) are read as the JSON reader reads them.
  private static func appendAsJSON(_ text: [UInt8], to field: FieldSchema, into wire: inout [UInt8]) throws(Mismatch) {
    guard let message = field.message, field.type == .message, message.wellKnown != nil else { throw Mismatch(expected: "可以写成文本的值") }
    let text = message.wellKnown == .timestamp ? TimeText.whole(text) : text
    var json: [UInt8] = []
    json.append(jsonString: text)
    var inner: [UInt8] = []
    // Numbers and truth values inside wrappers go without quotes.
    for candidate in [json, text] {
      inner.removeAll()
      if (try? candidate.withUnsafeBytes { try message.readJSON($0, options: JSONReadOptions(), into: &inner) }) != nil {
        return append(delimited: inner, number: field.number, into: &wire)
      }
    }
    throw Mismatch(expected: message.wellKnown == .timestamp ? "RFC 3339格式的时间，如2024-01-01T00:00:00Z" : "有效的值")
  }

  // MARK: Texts

  private static func signed(_ text: [UInt8], _ range: ClosedRange<Int64>) throws(Mismatch) -> Int64 {
    guard let value = Int64(decimal(text)), range.contains(value) else { throw Mismatch(expected: "整数") }
    return value
  }

  private static func unsigned(_ text: [UInt8], max: UInt64) throws(Mismatch) -> UInt64 {
    guard let value = UInt64(decimal(text)), value <= max else { throw Mismatch(expected: "非负整数") }
    return value
  }

  /// The text, or nothing where it is no plain decimal number: Swift's parsing also takes a leading plus.
  private static func decimal(_ text: [UInt8]) -> String {
    guard text.count <= 20, let first = text.first, first != UInt8(ascii: "+") else { return "" }
    return String(decoding: text, as: UTF8.self)
  }

  private static func boolean(_ text: [UInt8]) throws(Mismatch) -> Bool {
    switch String(decoding: text, as: UTF8.self) {
    case "true", "1": true
    case "false", "0": false
    default: throw Mismatch(expected: "布尔值（true或false）")
    }
  }

  private static func floating(_ text: [UInt8]) throws(Mismatch) -> Double {
    let isPlain = text.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    }
    guard isPlain, text.count <= 64, let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
      throw Mismatch(expected: "数字")
    }
    return value
  }

  private static func enumeration(_ text: [UInt8], _ field: FieldSchema) throws(Mismatch) -> Int32 {
    let name = String(decoding: text, as: UTF8.self)
    if let value = field.enumeration?.value(name: name) { return value.number }
    if let number = Int32(decimal(text)) { return number }
    let names = field.enumeration?.values.map(\.name) ?? []
    throw Mismatch(expected: "以下值之一：" + names.joined(separator: "、"))
  }

  // MARK: The binary format

  private static func append(signed value: Int64, number: Int, type: FieldType, into wire: inout [UInt8]) {
    switch type {
    case .sint32, .sint64:
      append(tag: number, WireType.varint, into: &wire)
      append(varint: UInt64(bitPattern: value << 1 ^ value >> 63), into: &wire)
    case .sfixed32: append(fixed: UInt64(bitPattern: value), count: 4, number: number, WireType.fixed32, into: &wire)
    case .sfixed64: append(fixed: UInt64(bitPattern: value), count: 8, number: number, WireType.fixed64, into: &wire)
    default:
      append(tag: number, WireType.varint, into: &wire)
      append(varint: UInt64(bitPattern: value), into: &wire)
    }
  }

  private static func append(unsigned value: UInt64, number: Int, type: FieldType, into wire: inout [UInt8]) {
    switch type {
    case .fixed32: append(fixed: value, count: 4, number: number, WireType.fixed32, into: &wire)
    case .fixed64: append(fixed: value, count: 8, number: number, WireType.fixed64, into: &wire)
    default:
      append(tag: number, WireType.varint, into: &wire)
      append(varint: value, into: &wire)
    }
  }

  private static func append(fixed value: UInt64, count: Int, number: Int, _ wireType: UInt32, into wire: inout [UInt8]) {
    append(tag: number, wireType, into: &wire)
    for byte in 0..<count { wire.append(UInt8(truncatingIfNeeded: value >> (UInt64(byte) * 8))) }
  }

  private static func append(tag number: Int, _ wireType: UInt32, into wire: inout [UInt8]) {
    append(varint: UInt64(number) << 3 | UInt64(wireType), into: &wire)
  }

  private static func append(varint value: UInt64, into wire: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      wire.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    wire.append(UInt8(truncatingIfNeeded: rest))
  }
}
