/// An account as it is stored.
struct User: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  /// In lower case.
  var email: String
  /// PHC string of Argon2id; nil for an account that signs in by other means only.
  var passwordHash: String?
  var role: String
  var isActive: Bool
  /// Tokens that were given out under an earlier number are void.
  var tokenEpoch: Int64
  var fullName: String?
  var phoneNumber: String?
  var avatarURL: String?
  var bio: String?
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?

  enum Role {
    static let user = "user"
    static let admin = "admin"
  }

  /// The fields of 1.6 that their owner may change, by the names of the proto.
  mutating func set(_ field: String, to value: String?) -> Bool {
    switch field {
    case "full_name": fullName = value
    case "phone_number": phoneNumber = value
    case "avatar_url": avatarURL = value
    case "bio": bio = value
    default: return false
    }
    return true
  }
}
