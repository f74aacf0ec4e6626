import Protobuf

/// A free-form JSON object as it is stored: its text, in which integers stay integers.
enum JSONObject {
  /// How deep objects and arrays may lie in one another. What is stored must still be readable as a part of an answer, for clients that
  /// allow 100 levels of messages, of which each of these takes three.
  private static let depthMax = 24

  /// - Parameters:
  ///   - object: Nil for an empty one.
  ///   - field: Its name in the request, and what people call it.
  /// - Throws: `CoWritingError.invalid` for what is too long, too deep, or has no JSON, as NaN.
  static func text(_ object: GoogleProtobuf.Struct?, bytesMax: Int, field: (name: String, label: String)) throws(CoWritingError) -> String {
    guard let object, !object.fields.isEmpty else { return "{}" }
    guard depth(object, left: depthMax) else {
      throw .invalid(field: field.name, "\(field.label)的嵌套不能超过\(depthMax)层")
    }
    let bytes: [UInt8]
    do throws(JSONError) { bytes = try object.jsonUTF8Bytes() } catch {
      throw .invalid(field: field.name, "\(field.label)必须是有效的JSON对象")
    }
    guard bytes.count <= bytesMax else {
      throw .invalid(field: field.name, "\(field.label)不能超过\(bytesMax)字节，实际为\(bytes.count)字节")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func object(_ text: String) throws -> GoogleProtobuf.Struct {
    text == "{}" ? GoogleProtobuf.Struct() : try GoogleProtobuf.Struct(jsonUTF8Bytes: Array(text.utf8))
  }

  /// Whether an object is no deeper than `left` levels.
  private static func depth(_ object: GoogleProtobuf.Struct, left: Int) -> Bool {
    left > 0 && object.fields.values.allSatisfy { depth($0, left: left - 1) }
  }

  private static func depth(_ value: GoogleProtobuf.Value, left: Int) -> Bool {
    switch value.kind {
    case .structValue(let object)?: depth(object, left: left)
    case .listValue(let list)?: left > 0 && list.values.allSatisfy { depth($0, left: left - 1) }
    default: true
    }
  }
}
