public import Platform

/// A challenge of ours that somebody presented in time. It may be used once: its id is to be remembered until it expires.
public struct PasskeyChallenge: Equatable, Sendable {
  /// 16 random bytes.
  public var id: [UInt8]
  /// Wall time in microseconds.
  public var expiresAt: Int64

  public init(id: [UInt8], expiresAt: Int64) {
    self.id = id
    self.expiresAt = expiresAt
  }
}

/// Makes challenges and knows them again without having stored them: random bytes, an expiry and a keyed hash of both, of the ceremony
/// and of the user. So asking for options costs no write; what is written is which challenges were used.
public struct PasskeyChallenges: Sendable {
  /// Five minutes: the standard's upper recommendation for ceremonies with user verification.
  public static let lifetimeMicroseconds: Int64 = 300_000_000
  private static let idBytes = 16
  private static let expiryBytes = 8
  private static let bytesCount = idBytes + expiryBytes + MessageAuthenticator.codeBytes

  private let authenticator: MessageAuthenticator
  private let time: any TimeSource
  private let random: any RandomSource

  /// - Parameter authenticator: With a key that serves nothing else.
  public init(authenticator: MessageAuthenticator, time: any TimeSource, random: any RandomSource) {
    self.authenticator = authenticator
    self.time = time
    self.random = random
  }

  /// A new challenge, 56 bytes.
  ///
  /// - Parameter userID: Who alone may use it; empty for a sign-in of somebody who has not said who they are.
  public func make(for ceremony: PasskeyCeremony, userID: String) -> [UInt8] {
    let expiresAt = time.wallMicroseconds + Self.lifetimeMicroseconds
    var bytes = random.bytes(Self.idBytes)
    for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: expiresAt >> Int64(shift))) }
    return bytes + code(bytes, ceremony, userID)
  }

  /// The challenge that these bytes are.
  ///
  /// - Parameter userIDs: Whose challenge it may be, with the empty text for nobody's in particular.
  /// - Throws: `challenge(.foreign)` or `challenge(.expired)`.
  public func open(_ bytes: [UInt8], for ceremony: PasskeyCeremony, userIDs: [String]) throws(PasskeyFailure) -> PasskeyChallenge {
    guard bytes.count == Self.bytesCount else { throw .challenge(.foreign) }
    let signed = Array(bytes[..<(Self.idBytes + Self.expiryBytes)])
    let given = Array(bytes[signed.count...])
    guard userIDs.contains(where: { constantTimeEquals(code(signed, ceremony, $0), given) }) else { throw .challenge(.foreign) }
    let expiresAt = signed[Self.idBytes...].reduce(0 as Int64) { $0 << 8 | Int64($1) }
    guard time.wallMicroseconds < expiresAt else { throw .challenge(.expired) }
    return PasskeyChallenge(id: Array(signed[..<Self.idBytes]), expiresAt: expiresAt)
  }

  /// Fixed lengths first and the user last, so that no two inputs read the same.
  private func code(_ signed: [UInt8], _ ceremony: PasskeyCeremony, _ userID: String) -> [UInt8] {
    authenticator.code(signed + [ceremony == .create ? 1 : 2] + Array(userID.utf8))
  }
}
