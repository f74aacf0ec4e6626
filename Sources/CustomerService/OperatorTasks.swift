import ApplicationSupport
public import Identity
public import Platform
public import Storage

/// What an operator does on the server's own machine, with its database and without a password: the server may run meanwhile, in
/// another process.
public struct OperatorTasks: Sendable {
  public enum Failure: Error, Sendable, Equatable {
    case noSuchAccount
  }

  /// What has become of an account.
  public struct Account: Sendable, Equatable {
    public var email: String
    public var role: String
    public var isActive: Bool
  }

  private let database: Database
  private let passwords: PasswordHasher
  private let validity: ValidityLog
  private let time: any TimeSource
  private let ids: ObjectIDGenerator

  /// - Parameter generation: The one that the server has mapped, or it learns of what is done here a second late.
  public init(
    database: Database, passwords: PasswordHasher, generation: SharedGeneration, time: any TimeSource = SystemTime(),
    random: any RandomSource = SystemRandom()
  ) {
    self.database = database
    self.passwords = passwords
    self.time = time
    validity = ValidityLog(validity: TokenValidity(time: time), database: database, shared: generation, time: time)
    ids = ObjectIDGenerator(time: time, random: random)
  }

  /// Sets the password of an account and ends everything by which it is signed in.
  ///
  /// - Parameters:
  ///   - email: In any case.
  ///   - makesAdministrator: Make the account an active administrator's as well.
  /// - Throws: `Failure.noSuchAccount`.
  public func resetPassword(of email: String, to password: String, makesAdministrator: Bool) async throws -> Account {
    let email = EmailAddress.normalised(email)
    guard try await database.read({ try UserStore.user(email: email, $0) }) != nil else { throw Failure.noSuchAccount }
    let hash = try await passwords.hash(password)
    let now = time.wallMicroseconds
    let entries = (
      reset: AuditEntry(byOperator: .passwordReset, of: nil, detail: "operator", ids: ids, now: now),
      made: AuditEntry(byOperator: .administratorMade, of: nil, detail: email, ids: ids, now: now)
    )
    return try await database.write { transaction in
      guard var user = try UserStore.user(email: email, transaction) else { throw Failure.noSuchAccount }
      user.passwordHash = hash
      user.updatedAt = now
      var entries = entries
      entries.reset.targetID = user.id
      try AuditStore.insert(entries.reset, transaction)
      if makesAdministrator, !user.isActive || user.role != User.Role.admin {
        user.isActive = true
        user.role = User.Role.admin
        entries.made.targetID = user.id
        try AuditStore.insert(entries.made, transaction)
      }
      try validity.endSignIns(of: &user, at: now, transaction)
      try UserStore.update(user, transaction)
      return Account(email: user.email, role: user.role, isActive: user.isActive)
    }
  }

  /// Notes that the signing secret is about to be replaced, which happens outside the database.
  public func noteSecretRotation(atOnce: Bool) async throws {
    let now = time.wallMicroseconds
    let entry = AuditEntry(byOperator: .secretRotated, of: nil, detail: atOnce ? "at once" : nil, ids: ids, now: now)
    try await database.write { transaction in
      try AuditStore.insert(entry, transaction)
      if atOnce { try SignInStore.endEverybodys(at: now, transaction) }
    }
  }

  /// How long what an old signing secret signed is still taken where it signs for this application only.
  public static var secretOverlap: Duration { SignIns.lifetimeMax }
}
