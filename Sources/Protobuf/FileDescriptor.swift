/// A `.proto` file as the program knows it.
public final class FileDescriptor: Sendable {
  let base64: StaticString
  let dependencies: [FileDescriptor]

  public init(base64: StaticString, dependencies: [FileDescriptor]) {
    self.base64 = base64
    self.dependencies = dependencies
  }

  public func message(at path: [Int]) -> MessageSchema { MessageSchema() }
}

/// What a `.proto` file says of a message.
public final class MessageSchema: Sendable {}
