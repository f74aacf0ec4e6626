public import Platform

/// A code of six digits that was sent to an address, as it is stored: never the digits themselves.
///
/// These are the rules; the table is the application's. In one transaction: load the newest code of (channel, address,
/// purpose), `check`, store what changed (or delete it when it ended), commit also when the answer is no, or wrong tries
/// would not count.
public struct OneTimeCode: Sendable, Equatable {
  /// How long a code may be used: 10 minutes, in microseconds.
  public static let lifetimeMicroseconds: Int64 = 600_000_000
  /// How many wrong tries end a code.
  public static let triesMax = 5

  /// Keyed hash of the digits and of what they are bound to.
  public var digest: [UInt8]
  /// Wall time in microseconds at which it ends.
  public var expiresAt: Int64
  /// Wrong tries so far.
  public var failures: Int

  public init(digest: [UInt8], expiresAt: Int64, failures: Int) {
    self.digest = digest
    self.expiresAt = expiresAt
    self.failures = failures
  }
}

/// What a code is bound to: it is worth nothing elsewhere.
public struct CodeBinding: Sendable, Hashable {
  /// `email` or `sms`.
  public var channel: String
  /// The normalised address or number.
  public var address: String
  /// What it is for, such as `register`.
  public var purpose: String

  public init(channel: String, address: String, purpose: String) {
    self.channel = channel
    self.address = address
    self.purpose = purpose
  }
}

/// Makes one-time codes and checks them.
public struct OneTimeCodes: Sendable {
  public enum Outcome: Sendable, Equatable {
    /// It was the code; it is used up and is to be deleted.
    case accepted
    /// It was not; the code stays, with this in place of what was stored.
    case wrong(OneTimeCode)
    /// Nothing will be accepted any more: too late or too many tries. What is stored is to be deleted.
    case ended
  }

  private let authenticator: MessageAuthenticator
  private let time: any TimeSource
  private let random: any RandomSource

  public init(secret: HashSecret, time: any TimeSource, random: any RandomSource) {
    authenticator = secret.derived(for: "weft one-time codes")
    self.time = time
    self.random = random
  }

  /// A new code: the digits to send, and what to store in place of any older one of the same binding.
  public func make(for binding: CodeBinding) -> (digits: String, stored: OneTimeCode) {
    let number = String(random.number(below: 1_000_000))
    let digits = String(repeating: "0", count: 6 - number.utf8.count) + number
    let code = OneTimeCode(
      digest: digest(digits, binding), expiresAt: time.wallMicroseconds + OneTimeCode.lifetimeMicroseconds, failures: 0)
    return (digits, code)
  }

  /// Checks what somebody typed against a stored code.
  public func check(_ digits: String, against stored: OneTimeCode, for binding: CodeBinding) -> Outcome {
    guard time.wallMicroseconds < stored.expiresAt, stored.failures < OneTimeCode.triesMax else { return .ended }
    if constantTimeEquals(digest(digits, binding), stored.digest) { return .accepted }
    var stored = stored
    stored.failures += 1
    return stored.failures < OneTimeCode.triesMax ? .wrong(stored) : .ended
  }

  /// Each part with its length, so that no two bindings read the same.
  private func digest(_ digits: String, _ binding: CodeBinding) -> [UInt8] {
    var message: [UInt8] = []
    for part in [binding.channel, binding.address, binding.purpose, digits] {
      let count = UInt32(truncatingIfNeeded: part.utf8.count)
      for shift in [24, 16, 8, 0] as [UInt32] { message.append(UInt8(truncatingIfNeeded: count >> shift)) }
      message.append(contentsOf: part.utf8)
    }
    return authenticator.code(message)
  }
}
