import Protobuf

/// A route to a stream of requests is a multipart form: one field of the messages takes a file of it, and what it names is there.
enum FilePartCheck {
  /// The field of a message that a file fills, with its place.
  static func field(of message: MessageNode) -> (index: Int, field: GoogleProtobuf.FieldDescriptorProto, part: WeftV1.FilePart)? {
    for (index, field) in message.proto.field.enumerated() {
      if let part = field.options?.weftV1Field?.filePart { return (index, field, part) }
    }
    return nil
  }

  /// What is wrong with a route, beyond what holds for every route.
  static func problems(_ route: Route, input: MessageNode) -> [String] {
    let count = input.proto.field.count { $0.options?.weftV1Field?.filePart != nil }
    guard route.method.clientStreaming == true else {
      return count == 0 ? [] : ["file_part is for a stream of requests"]
    }
    guard count == 1, let (_, field, part) = field(of: input) else {
      let reason = count == 0 ? "unless a field of its messages bears file_part" : "of two files"
      return ["a stream of requests cannot be called over REST \(reason)"]
    }
    var texts: [String] = []
    if route.method.serverStreaming == true { texts.append("a stream of requests that answers a stream cannot be called over REST") }
    if route.rule.body != "*" { texts.append("a multipart form is the whole body, so body is \"*\"") }
    if field.type != .bytes || field.label == .repeated { texts.append("\(field.name ?? "") bears file_part and is no single bytes field") }
    if part.name.isEmpty { texts.append("the file_part of \(field.name ?? "") has no name") }
    for name in [part.filenameField, part.contentTypeField] where !name.isEmpty {
      let target = input.proto.field.first { $0.name == name }
      if target?.type != .string || target?.label == .repeated { texts.append("file_part names \(name), which is no single string field") }
    }
    return texts
  }
}
