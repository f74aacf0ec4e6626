import Identity

/// An account as it is stored.
struct User: Equatable, Sendable {
  /// 0 before it is stored.
  var id: Int64 = 0
  /// As it was given.
  var username: String
  /// In lower case.
  var email: String
  /// `$2b$` of bcrypt.
  var passwordHash: String
  var fullName: String?
  var phone: String?
  var avatarURL: String?
  var role = Role.user
  var isActive = true
  var isVerified = false
  /// Tokens that were given out under an earlier number are void.
  var tokenEpoch: Int64 = 0
  /// Id of the one token that is not: that of whoever changed the password.
  var sparedTokenID: String?
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64
  var lastLoginAt: Int64?
  var deletedAt: Int64?

  enum Role {
    static let user = "user"
    static let admin = "admin"
  }

  /// Whether the account can do administration now.
  var isAdministrator: Bool { isActive && deletedAt == nil && role == Role.admin }

  /// Makes every token void that was given out so far.
  mutating func endTokens() {
    tokenEpoch += 1
    sparedTokenID = nil
  }

  /// What a user name is looked up by: names that differ in case only are one.
  static func key(of username: String) -> String { EmailAddress.normalised(username) }

  /// The account's id as tokens and `Caller` have it.
  var subject: String { String(id) }
}
