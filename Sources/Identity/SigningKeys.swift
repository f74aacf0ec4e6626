internal import Synchronization

/// The secret that signs tokens now, and those before it as long as their tokens may live.
public final class SigningKeys: Sendable {
  /// A secret that signs no more and still verifies.
  public struct Previous: Sendable {
    public var secret: SigningSecret
    /// Seconds since 1970; nil while the settings name it.
    public var acceptedUntil: Int64?

    public init(secret: SigningSecret, acceptedUntil: Int64?) {
      self.secret = secret
      self.acceptedUntil = acceptedUntil
    }
  }

  private struct Key {
    let authenticator: MessageAuthenticator
    let acceptedUntil: Int64
  }

  private struct Ring {
    var current: MessageAuthenticator
    /// Newest first.
    var previous: [Key]
  }

  private let ring: Mutex<Ring>
  /// Goes up whenever a secret is forgotten: what was verified under a lower number has to be verified again.
  private let forgotten = Atomic<Int>(0)
  /// When the next secret is to be forgotten, in seconds since 1970.
  private let forgetsAt: Atomic<Int64>

  public init(current: SigningSecret, previous: [Previous] = []) {
    let keys = previous.map { Key(authenticator: MessageAuthenticator(key: $0.secret.bytes), acceptedUntil: $0.acceptedUntil ?? .max) }
    ring = Mutex(Ring(current: MessageAuthenticator(key: current.bytes), previous: keys))
    forgetsAt = Atomic(keys.map(\.acceptedUntil).min() ?? .max)
  }

  /// Has `secret` sign from now on.
  ///
  /// - Parameter acceptedUntil: How long what the one before signed is still taken, in seconds since 1970; nil: no longer, nor anything
  ///   that still older ones signed.
  public func rotate(to secret: SigningSecret, acceptedUntil: Int64?) {
    ring.withLock { ring in
      if let acceptedUntil {
        ring.previous.insert(Key(authenticator: ring.current, acceptedUntil: acceptedUntil), at: 0)
      } else {
        ring.previous = []
        forgotten.wrappingAdd(1, ordering: .acquiringAndReleasing)
      }
      ring.current = MessageAuthenticator(key: secret.bytes)
      noteNext(ring)
    }
  }

  /// How many secrets verify at `second`.
  public func count(at second: Int64) -> Int {
    _ = edition(at: second)
    return ring.withLock { $0.previous.count + 1 }
  }

  /// Under which number something verified at `second` is to be remembered. Two loads from memory, unless a secret is to be forgotten.
  func edition(at second: Int64) -> Int {
    if second >= forgetsAt.load(ordering: .acquiring) { forget(second) }
    return forgotten.load(ordering: .acquiring)
  }

  /// The code of what is signed now.
  func sign(_ message: [UInt8]) -> [UInt8] { ring.withLock { $0.current }.code(message) }

  /// Whether `code` is the code of `message` under one of the secrets.
  func verify(_ code: [UInt8], of message: UnsafeRawBufferPointer) -> Bool {
    let (current, previous) = ring.withLock { ($0.current, $0.previous) }
    if constantTimeEquals(code, current.code(message)) { return true }
    return previous.contains { constantTimeEquals(code, $0.authenticator.code(message)) }
  }

  private func forget(_ second: Int64) {
    ring.withLock { ring in
      let count = ring.previous.count
      ring.previous.removeAll { second >= $0.acceptedUntil }
      if ring.previous.count < count { forgotten.wrappingAdd(1, ordering: .acquiringAndReleasing) }
      noteNext(ring)
    }
  }

  private func noteNext(_ ring: Ring) {
    forgetsAt.store(ring.previous.map(\.acceptedUntil).min() ?? .max, ordering: .releasing)
  }
}
