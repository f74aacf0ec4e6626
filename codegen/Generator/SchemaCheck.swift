import Protobuf

/// The files become schemas at run time, and so they must here: a rule that the runtime cannot check, such as a pattern beyond its
/// subset of RE2, is a mistake of the `.proto` and not a server that stops when it first looks at the message.
enum SchemaCheck {
  static func mistakes(in files: [FileNode], of request: GoogleProtobufCompiler.CodeGeneratorRequest) -> [GeneratorError] {
    var built: [String: FileDescriptor] = [:]
    var found: [GeneratorError] = []
    // protoc puts what a file imports before it.
    for proto in request.protoFile {
      let name = proto.name ?? ""
      do throws(SchemaError) {
        built[name] = try FileDescriptor(proto: proto.serializedBytes(), dependencies: proto.dependency.compactMap { built[$0] })
      } catch {
        if let file = files.first(where: { $0.name == name }) {
          found.append(file.error(path(of: error.element, in: file.messages), error.description))
        }
      }
    }
    return found
  }

  /// Where the field with the full name is in the file, or nowhere in particular.
  private static func path(of element: String, in messages: [MessageNode]) -> [Int32] {
    for message in messages {
      for (index, field) in message.proto.field.enumerated()
      where message.fullName == ".\(element.dropLast((field.name ?? "").utf8.count + 1))" {
        if element.hasSuffix(".\(field.name ?? "")") { return message.path + [2, Int32(index)] }
      }
      let inside = path(of: element, in: message.messages)
      if !inside.isEmpty { return inside }
    }
    return []
  }
}
