import Protobuf

/// The embedded form of a file: its descriptor as base64, without source information, and with `json_name` only where the file wrote one
/// (protoc fills it in everywhere; what the file wrote has a place in its source information).
struct DescriptorText {
  let file: FileNode

  /// Lines of base64.
  var lines: [String] {
    let text = base64(stripped.serializedBytes())
    return stride(from: 0, to: text.count, by: 120).map { start in
      String(decoding: text[start..<min(start + 120, text.count)], as: UTF8.self)
    }
  }

  private var stripped: GoogleProtobuf.FileDescriptorProto {
    var proto = file.proto
    proto.sourceCodeInfo = nil
    for index in proto.messageType.indices { strip(&proto.messageType[index], path: [4, Int32(index)]) }
    for index in proto.extension.indices { strip(&proto.extension[index], path: [7, Int32(index)]) }
    return proto
  }

  private func strip(_ message: inout GoogleProtobuf.DescriptorProto, path: [Int32]) {
    for index in message.field.indices { strip(&message.field[index], path: path + [2, Int32(index)]) }
    for index in message.extension.indices { strip(&message.extension[index], path: path + [6, Int32(index)]) }
    for index in message.nestedType.indices { strip(&message.nestedType[index], path: path + [3, Int32(index)]) }
  }

  private func strip(_ field: inout GoogleProtobuf.FieldDescriptorProto, path: [Int32]) {
    if !file.sources.contains(path + [10]) { field.jsonName = nil }
  }

  private func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for position in 0..<4 {
        text.append(position <= group.count ? alphabet[bits >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
      }
    }
    return text
  }
}
