import Identity
import Platform
import Synchronization

/// Replaces the secret that signs access tokens, on the disk and in this process.
final class SecretRotation: Sendable {
  let keys: SigningKeys
  /// Nil where the settings say which secret signs.
  let files: SigningSecretFiles?
  /// Two rotations at once must leave the same secret in both places.
  private let turn = Mutex(())
  private let hasPreviousOnDisk: Atomic<Bool>

  init(keys: SigningKeys, files: SigningSecretFiles?, hasPreviousOnDisk: Bool) {
    self.keys = keys
    self.files = files
    self.hasPreviousOnDisk = Atomic(hasPreviousOnDisk)
  }

  /// - Parameters:
  ///   - second: Now, in seconds since 1970.
  ///   - acceptedUntil: How long tokens of the old secret are still taken; nil: no longer.
  /// - Throws: `secretInSettings`; `IdentityError.secret` if the files cannot be written, and then nothing has changed here.
  func rotate(at second: Int64, acceptedUntil: Int64?) async throws {
    guard let files else { throw CustomerServiceError.secretInSettings }
    try await apart { [self] in
      try turn.withLock { _ in
        keys.rotate(to: try files.rotate(at: second, acceptedUntil: acceptedUntil), acceptedUntil: acceptedUntil)
        hasPreviousOnDisk.store(acceptedUntil != nil, ordering: .relaxed)
      }
    }
  }

  /// Removes from the disk what verifies nothing any more; looks at the disk only if something is there.
  func forgetPrevious(at second: Int64) async throws {
    guard let files, hasPreviousOnDisk.load(ordering: .relaxed), keys.count(at: second) == 1 else { return }
    try await apart { [self] in
      try turn.withLock { _ in
        // Another rotation may have come in between.
        guard keys.count(at: second) == 1 else { return }
        try files.forgetPrevious(at: second)
        hasPreviousOnDisk.store(false, ordering: .relaxed)
      }
    }
  }

  /// Writing and syncing files blocks, and once in months a thread for it costs less than one that waits for it all the time.
  private func apart(_ body: @escaping @Sendable () throws -> Void) async throws {
    let pool = WorkerPool(options: .init(name: "secret", threads: 1, queueMax: 1), makeContext: { _ in })
    let result = try await pool.run { Result { try body() } }
    await pool.close()
    try result.get()
  }
}
