import Glibc
internal import Protobuf

/// The messages that the runner asks for, by full name.
struct TestMessages {
  /// One of them: always its schema, and the generated type if it is built in.
  struct Entry {
    let schema: MessageSchema
    let type: (any Message.Type)?
  }

  private var entries: [String: Entry] = [:]

  /// The built-in messages, and those of the descriptor set that protoc wrote to the file at `path`.
  init(generated: [any Message.Type], descriptorSet path: String?) throws {
    if let path {
      let set = try GoogleProtobuf.FileDescriptorSet(serializedBytes: TestMessages.contents(path))
      var files: [String: FileDescriptor] = [:]
      for proto in set.file {
        // protoc puts what a file imports before it.
        let file = try FileDescriptor(proto: proto.serializedBytes(), dependencies: proto.dependency.compactMap { files[$0] })
        files[file.name] = file
        for message in file.messages { entries[message.fullName] = Entry(schema: message, type: nil) }
      }
    }
    for type in generated { entries[type.schema.fullName] = Entry(schema: type.schema, type: type) }
  }

  subscript(name: String) -> Entry? { entries[name] }

  private static func contents(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw Unreadable(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }

  /// A file that cannot be opened.
  struct Unreadable: Error {
    let path: String
  }
}
