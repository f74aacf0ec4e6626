public import Platform

/// How a password is turned into what is stored.
public enum PasswordScheme: Sendable {
  /// Argon2id: about 50 ms and 19 MiB.
  case argon2id
  /// bcrypt at cost 12 over SHA-256: about a quarter of a second.
  case bcrypt
}

/// Hashes and checks passwords, on threads of its own at low priority.
///
/// A hash costs a good part of a second of a core by design, so the queue in front is bounded, and limits by address stand before it.
/// Passwords are taken as the UTF-8 bytes of the string as it came: not trimmed, not normalised, not cut.
public final class PasswordHasher: Sendable {
  /// What a thread keeps between hashes.
  private final class Workspace {
    let argon2 = Argon2()
    private(set) lazy var bcrypt = Bcrypt()
  }

  private let scheme: PasswordScheme
  private let pool: WorkerPool<Workspace>
  private let random: any RandomSource
  private let cost: PasswordHash.Cost
  /// Hashes that no password has, for users who do not exist.
  private let dummy: PasswordHash
  private let bcryptDummy: String

  /// - Parameters:
  ///   - threads: How many hashes run at once; half the cores leave the rest to everybody else.
  ///   - queueMax: How many may wait.
  public convenience init(threads: Int, random: any RandomSource, queueMax: Int = 512) {
    self.init(threads: threads, random: random, queueMax: queueMax, cost: .current)
  }

  convenience init(threads: Int, random: any RandomSource, queueMax: Int, cost: PasswordHash.Cost) {
    let pool = WorkerPool(
      options: .init(name: "password", threads: threads, queueMax: queueMax, niceness: 10, idleAfter: .seconds(10)),
      makeContext: { _ in Workspace() }, onIdle: { $0.argon2.giveBack() })
    self.init(scheme: .argon2id, pool: pool, random: random, cost: cost)
  }

  private init(scheme: PasswordScheme, pool: WorkerPool<Workspace>, random: any RandomSource, cost: PasswordHash.Cost) {
    self.scheme = scheme
    self.pool = pool
    self.random = random
    self.cost = cost
    dummy = PasswordHash(
      cost: cost, salt: random.bytes(PasswordHash.saltBytes), digest: random.bytes(PasswordHash.digestBytes))
    bcryptDummy = Bcrypt.setting(salt: random.bytes(Bcrypt.saltBytes)) + String(repeating: ".", count: Bcrypt.digestCharacters)
  }

  /// One that makes new hashes in another way, on the same threads and behind the same queue.
  public func with(_ scheme: PasswordScheme) -> PasswordHasher {
    PasswordHasher(scheme: scheme, pool: pool, random: random, cost: cost)
  }

  /// The text to store for a new password, with a fresh salt.
  public func hash(_ password: String, deadline: MonotonicInstant? = nil, handle: WaitHandle? = nil) async throws(IdentityError) -> String {
    let bytes = Array(password.utf8)
    switch scheme {
    case .argon2id:
      let salt = random.bytes(PasswordHash.saltBytes)
      let cost = cost
      let digest = try await run(deadline, handle) { workspace in
        workspace.argon2.digest(password: bytes, salt: salt, cost: cost, count: PasswordHash.digestBytes)
      }
      return PasswordHash(cost: cost, salt: salt, digest: digest).text
    case .bcrypt:
      let setting = Bcrypt.setting(salt: random.bytes(Bcrypt.saltBytes))
      return try await run(deadline, handle) { $0.bcrypt.digest(password: bytes, setting: setting) }
    }
  }

  /// Whether a password is the one behind a stored hash, whichever way that was made.
  ///
  /// - Parameter stored: Nil for a user who does not exist or has no password: the same work is done and the answer is no.
  /// - Throws: `IdentityError.malformedHash` for a text that is no hash of ours.
  public func verify(
    _ password: String, against stored: String?, deadline: MonotonicInstant? = nil, handle: WaitHandle? = nil
  ) async throws(IdentityError) -> Bool {
    let bytes = Array(password.utf8)
    let isEqual: Bool
    if stored.map({ Bcrypt.isHash($0) }) ?? (scheme == .bcrypt) {
      let expected = stored ?? bcryptDummy
      let text = try await run(deadline, handle) { $0.bcrypt.digest(password: bytes, setting: expected) }
      isEqual = constantTimeEquals(Array(text.utf8), Array(expected.utf8))
    } else {
      guard let expected = stored.map({ PasswordHash(text: $0) }) ?? dummy else { throw .malformedHash }
      let digest = try await run(deadline, handle) { workspace in
        workspace.argon2.digest(password: bytes, salt: expected.salt, cost: expected.cost, count: expected.digest.count)
      }
      isEqual = constantTimeEquals(digest, expected.digest)
    }
    return isEqual && stored != nil
  }

  /// Spends the time of a check on a user who does not exist.
  public func verifyDummy(_ password: String, deadline: MonotonicInstant? = nil, handle: WaitHandle? = nil) async throws(IdentityError) {
    _ = try await verify(password, against: nil, deadline: deadline, handle: handle)
  }

  /// Whether a stored hash was made in another way than new ones are, so that it should be made anew at the next login.
  public func needsRehash(_ stored: String) -> Bool {
    switch scheme {
    case .argon2id: PasswordHash(text: stored)?.cost != cost
    case .bcrypt: !Bcrypt.isHash(stored) || !stored.utf8.starts(with: Bcrypt.prefix.utf8)
    }
  }

  /// Finishes what waits and ends the threads.
  public func close() async { await pool.close() }

  private func run<Value: Sendable>(
    _ deadline: MonotonicInstant?, _ handle: WaitHandle?, _ body: @escaping @Sendable (Workspace) -> Value?
  ) async throws(IdentityError) -> Value {
    let value: Value?
    do throws(WaitFailure) {
      value = try await pool.run(deadline: deadline, handle: handle, body)
    } catch {
      throw IdentityError(error)
    }
    guard let value else { throw .outOfMemory }
    return value
  }
}
