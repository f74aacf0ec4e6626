/// Messages by full name: what the content of a google.protobuf.Any is looked up in.
public struct TypeRegistry: Sendable {
  private var messages: [String: MessageSchema] = [:]

  /// The messages of `files` and of everything that they import.
  public init(_ files: [FileDescriptor]) {
    var seen: Set<ObjectIdentifier> = []
    for file in files { add(file, &seen) }
  }

  private mutating func add(_ file: FileDescriptor, _ seen: inout Set<ObjectIdentifier>) {
    guard seen.insert(ObjectIdentifier(file)).inserted else { return }
    messages.merge(file.messagesByName) { first, _ in first }
    for dependency in file.dependencies { add(dependency, &seen) }
  }

  /// The message named, such as "google.rpc.ErrorInfo"; nil if unknown.
  public func message(_ fullName: String) -> MessageSchema? { messages[fullName] }
}
