import Identity

/// A passkey as it is stored (Web Authentication, section 4, "credential record").
struct Passkey: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var userID: String
  /// What the authenticator calls it, 1 to 1023 bytes.
  var credentialID: [UInt8]
  /// COSE_Key.
  var publicKey: [UInt8]
  /// 32 bits without sign.
  var signCount: Int64
  /// Whether its user was ever verified by it.
  var isUserVerified: Bool
  var isBackupEligible: Bool
  var isBackedUp: Bool
  /// How it can be reached, as the browser said at registration.
  var transports: [String]
  /// AAGUID: which model of authenticator, 16 bytes.
  var modelID: [UInt8]
  var nickname: String?
  var isPrimary = false
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var lastUsedAt: Int64?

  /// How many an account may have.
  static let countMax: Int64 = 20

  /// The bytes by which authenticators know the account.
  static func userHandle(_ userID: String) -> [UInt8] { Array(userID.utf8) }

  /// What passed every check of its registration.
  init(_ new: NewPasskey, id: String, userID: String, nickname: String?, transports: [String], createdAt: Int64) {
    self.init(
      id: id, userID: userID, credentialID: new.credentialID, publicKey: new.publicKey, signCount: Int64(new.signCount),
      isUserVerified: new.isUserVerified, isBackupEligible: new.isBackupEligible, isBackedUp: new.isBackedUp, transports: transports,
      modelID: new.modelID, nickname: nickname, createdAt: createdAt)
  }

  init(
    id: String, userID: String, credentialID: [UInt8], publicKey: [UInt8], signCount: Int64, isUserVerified: Bool,
    isBackupEligible: Bool, isBackedUp: Bool, transports: [String], modelID: [UInt8], nickname: String?, isPrimary: Bool = false,
    createdAt: Int64, lastUsedAt: Int64? = nil
  ) {
    self.id = id
    self.userID = userID
    self.credentialID = credentialID
    self.publicKey = publicKey
    self.signCount = signCount
    self.isUserVerified = isUserVerified
    self.isBackupEligible = isBackupEligible
    self.isBackedUp = isBackedUp
    self.transports = transports
    self.modelID = modelID
    self.nickname = nickname
    self.isPrimary = isPrimary
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
  }

  /// A foreign passkey may be neither changed nor deleted.
  func require(owner callerID: String) throws(CustomerServiceError) {
    guard userID == callerID else { throw .foreignPasskey }
  }
}
