import ApplicationSupport
import Identity
import Platform
import RPC
import Storage

/// What somebody may do who received a number's code: sign in, make it theirs, set a new password.
///
/// Whose a number is, and whether it is anybody's, is told only to who has the code.
struct PhoneAccounts: Sendable {
  /// The domain of the addresses that are made up for accounts without one (chapter 1.2.2).
  static let madeUpDomain = "dreamreflex.com"

  let database: Database
  let time: any TimeSource
  let random: any RandomSource
  let ids: ObjectIDGenerator
  let codes: TextMessageCodes
  let passwords: PasswordCheck
  let validity: ValidityLog

  /// The account that a number signs in to, for who received its code; made if there is none. It may be disabled.
  ///
  /// - Throws: `invalidTextMessageCode`.
  func account(of number: String, code: String, _ call: ServerCall) async throws -> User {
    let now = time.wallMicroseconds
    let addresses = madeUpAddresses(number)
    let made = User(
      id: ids.next(), email: addresses[0], passwordHash: nil, role: User.Role.user, isActive: true, tokenEpoch: 0, phoneNumber: number,
      createdAt: now)
    let phoneID = ids.next()
    let entry = AuditEntry(.registered, of: made.id, detail: "sms", by: made.id, call, ids: ids, now: now)
    let user = try await database.write(for: call) { [codes] transaction -> User? in
      guard try codes.check(code, of: number, consuming: true, transaction) else { return nil }
      if let phone = try PhoneStore.verified(number, transaction) { return try UserStore.user(id: phone.userID, transaction) }
      var user = made
      // Whoever registered the made-up address by e-mail is somebody else: it leads into no account that is there.
      if let free = try addresses.first(where: { try UserStore.user(email: $0, transaction) == nil }) { user.email = free }
      try UserStore.insert(user, transaction)
      try PhoneStore.bind(number, to: user.id, id: phoneID, now: now, transaction)
      try AuditStore.insert(entry, transaction)
      return user
    }
    guard let user else { throw refused(call) }
    return user
  }

  /// Makes a number the one by which `userID` signs in and is reached, in place of an older one.
  ///
  /// - Throws: `invalidTextMessageCode`, and only to who has the code `phoneTaken`.
  func bind(_ number: String, code: String, to userID: String, as action: AuditAction, _ call: ServerCall) async throws {
    let now = time.wallMicroseconds
    let phoneID = ids.next()
    let entry = AuditEntry(action, of: userID, call, ids: ids, now: now)
    let isBound = try await database.write(for: call) { [codes] transaction in
      guard try codes.check(code, of: number, consuming: true, transaction) else { return false }
      if let phone = try PhoneStore.verified(number, transaction), phone.userID != userID { throw CustomerServiceError.phoneTaken }
      guard var user = try UserStore.user(id: userID, transaction) else { throw CustomerServiceError.invalidToken }
      try PhoneStore.bind(number, to: userID, id: phoneID, now: now, transaction)
      user.phoneNumber = number
      user.updatedAt = now
      try UserStore.update(user, transaction)
      try AuditStore.insert(entry, transaction)
      return true
    }
    guard isBound else { throw refused(call) }
  }

  /// Sets the password of the account that a number signs in to, and ends its tokens.
  ///
  /// - Returns: The account as it is now.
  /// - Throws: `invalidTextMessageCode`, and only to who has the code `phoneNotRegistered` and `accountDisabled`.
  func resetPassword(of number: String, code: String, to password: String, _ call: ServerCall) async throws -> User {
    // Checked before the hash, which is dear, and used up only together with the change: see `AuthService.register`.
    guard let before = try await owner(of: number, code: code, consuming: false, call) else { throw refused(call) }
    let hash = try await passwords.hash(password, for: call)
    let now = time.wallMicroseconds
    let entry = AuditEntry(.passwordReset, of: before.id, detail: "sms", by: before.id, call, ids: ids, now: now)
    let user = try await database.write(for: call) { [codes, validity] transaction -> User? in
      guard try codes.check(code, of: number, consuming: true, transaction) else { return nil }
      var user = try Self.owner(of: number, transaction)
      // The number changed hands meanwhile: the entry would name another account.
      guard user.id == before.id else { throw CustomerServiceError.phoneNotRegistered }
      user.passwordHash = hash
      user.updatedAt = now
      try validity.endSignIns(of: &user, at: now, transaction)
      try UserStore.update(user, transaction)
      try AuditStore.insert(entry, transaction)
      return user
    }
    guard let user else { throw refused(call) }
    return user
  }

  private func owner(of number: String, code: String, consuming: Bool, _ call: ServerCall) async throws -> User? {
    try await database.write(for: call) { [codes] transaction in
      guard try codes.check(code, of: number, consuming: consuming, transaction) else { return nil }
      return try Self.owner(of: number, transaction)
    }
  }

  private static func owner(of number: String, _ transaction: Transaction) throws -> User {
    guard let phone = try PhoneStore.verified(number, transaction), let user = try UserStore.user(id: phone.userID, transaction) else {
      throw CustomerServiceError.phoneNotRegistered
    }
    guard user.isActive else { throw CustomerServiceError.accountDisabled }
    return user
  }

  /// The addresses that a new account may get, best first; the last one nobody can have guessed.
  private func madeUpAddresses(_ number: String) -> [String] {
    let suffix = String(random.word(), radix: 36)
    return ["\(number)", "user\(number)", "user\(number)-\(suffix)"].map { "\($0)@\(Self.madeUpDomain)" }
  }

  /// Whether an address may be one of those, which nobody has ever shown to be theirs: no message goes there.
  static func isMadeUp(_ email: String) -> Bool {
    guard let at = email.lastIndex(of: "@"), email[email.index(after: at)...] == madeUpDomain else { return false }
    let name = email[..<at].utf8
    let number = name.starts(with: "user".utf8) ? name.dropFirst(4) : name[...]
    let digits = number.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "+") }
    return digits.count >= 5 && (digits.count == number.count || number.dropFirst(digits.count).first == UInt8(ascii: "-"))
  }

  private func refused(_ call: ServerCall) -> CustomerServiceError {
    call.logger.notice("text message code refused", metadata: ["peer": "\(call.peer)"])
    return .invalidTextMessageCode
  }
}
