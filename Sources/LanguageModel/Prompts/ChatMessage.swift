/// One message of a chat with a model.
public struct ChatMessage: Sendable, Equatable {
  public enum Role: String, Sendable {
    case system
    case user
  }

  public var role: Role
  public var content: String

  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}
