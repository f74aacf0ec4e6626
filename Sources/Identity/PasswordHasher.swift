public import Platform

/// Hashes and checks passwords with Argon2id, on threads of its own at low priority.
///
/// A hash costs about 50 ms of a core by design, so the queue in front is bounded, and limits by address stand before it.
/// Passwords are taken as the UTF-8 bytes of the string as it came: not trimmed, not normalised, not cut.
public final class PasswordHasher: Sendable {
  private let pool: WorkerPool<Argon2>
  private let random: any RandomSource
  private let cost: PasswordHash.Cost
  /// A hash that no password has, for users who do not exist.
  private let dummy: PasswordHash

  /// - Parameters:
  ///   - threads: How many hashes run at once; half the cores leave the rest to everybody else.
  ///   - queueMax: How many may wait.
  public convenience init(threads: Int, random: any RandomSource, queueMax: Int = 512) {
    self.init(threads: threads, random: random, queueMax: queueMax, cost: .current)
  }

  init(threads: Int, random: any RandomSource, queueMax: Int, cost: PasswordHash.Cost) {
    self.random = random
    self.cost = cost
    dummy = PasswordHash(
      cost: cost, salt: random.bytes(PasswordHash.saltBytes), digest: random.bytes(PasswordHash.digestBytes))
    pool = WorkerPool(
      options: .init(name: "password", threads: threads, queueMax: queueMax, niceness: 10, idleAfter: .seconds(10)),
      makeContext: { _ in Argon2() }, onIdle: { $0.giveBack() })
  }

  /// The text to store for a new password, with a fresh salt.
  public func hash(_ password: String, deadline: MonotonicInstant? = nil, handle: WaitHandle? = nil) async throws(IdentityError) -> String {
    let bytes = Array(password.utf8)
    let salt = random.bytes(PasswordHash.saltBytes)
    let cost = cost
    let digest = try await run(deadline, handle) { argon in
      argon.digest(password: bytes, salt: salt, cost: cost, count: PasswordHash.digestBytes)
    }
    return PasswordHash(cost: cost, salt: salt, digest: digest).text
  }

  /// Whether a password is the one behind a stored hash.
  ///
  /// - Parameter stored: Nil for a user who does not exist or has no password: the same work is done and the answer is no.
  /// - Throws: `IdentityError.malformedHash` for a text that is no hash of ours.
  public func verify(
    _ password: String, against stored: String?, deadline: MonotonicInstant? = nil, handle: WaitHandle? = nil
  ) async throws(IdentityError) -> Bool {
    guard let expected = stored.map({ PasswordHash(text: $0) }) ?? dummy else { throw .malformedHash }
    let bytes = Array(password.utf8)
    let digest = try await run(deadline, handle) { argon in
      argon.digest(password: bytes, salt: expected.salt, cost: expected.cost, count: expected.digest.count)
    }
    let isEqual = constantTimeEquals(digest, expected.digest)
    return isEqual && stored != nil
  }

  /// Spends the time of a check on a user who does not exist.
  public func verifyDummy(_ password: String, deadline: MonotonicInstant? = nil, handle: WaitHandle? = nil) async throws(IdentityError) {
    _ = try await verify(password, against: nil, deadline: deadline, handle: handle)
  }

  /// Whether a stored hash has another cost than new ones get, so that it should be made anew at the next login.
  public func needsRehash(_ stored: String) -> Bool { PasswordHash(text: stored)?.cost != cost }

  /// Finishes what waits and ends the threads.
  public func close() async { await pool.close() }

  private func run(
    _ deadline: MonotonicInstant?, _ handle: WaitHandle?, _ body: @escaping @Sendable (Argon2) -> [UInt8]?
  ) async throws(IdentityError) -> [UInt8] {
    let digest: [UInt8]?
    do throws(WaitFailure) {
      digest = try await pool.run(deadline: deadline, handle: handle, body)
    } catch {
      throw IdentityError(error)
    }
    guard let digest else { throw .outOfMemory }
    return digest
  }
}
