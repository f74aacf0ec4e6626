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

  public init(id: String, role: String, tokenID: String, expiresAt: Int64) {
    self.id = id
    self.role = role
    self.tokenID = tokenID
    self.expiresAt = expiresAt
  }
}
