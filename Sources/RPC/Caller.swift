/// Who calls, as the application's policy read it from the token.
public struct Caller: Sendable, Equatable {
  /// The user's id.
  public var id: String
  /// The user's role now, such as "user" or "admin".
  public var role: String
  /// The token's own id (`jti`).
  public var tokenID: String
  /// When the token ends, seconds since 1970.
  public var expiresAt: Int64
  /// The token is a key that acts for the user; nobody signed in.
  public var isKey: Bool

  public init(id: String, role: String, tokenID: String, expiresAt: Int64, isKey: Bool = false) {
    self.id = id
    self.role = role
    self.tokenID = tokenID
    self.expiresAt = expiresAt
    self.isKey = isKey
  }
}
