/// Who asks for passkeys: the name that they are bound to, and the pages they may be used on.
public struct RelyingParty: Sendable, Equatable {
  /// A host name without scheme and port, in lower case, such as `dreamreflex.com`.
  public let id: String
  /// What people read.
  public let name: String
  /// Every origin that is accepted, byte for byte as browsers write them: `https://dreamreflex.com`.
  public let origins: [String]
  /// Whether a passkey counts only when its user was verified by it (a PIN, a finger). The options say `preferred`, so no.
  public let requiresUserVerification: Bool
  /// SHA-256 of `id`, which authenticators sign.
  private let idHash: [UInt8]

  public init(id: String, name: String, origins: [String], requiresUserVerification: Bool = false) {
    self.id = id
    self.name = name
    self.origins = origins
    self.requiresUserVerification = requiresUserVerification
    idHash = SHA256.digest(Array(id.utf8))
  }

  /// The checks that both ceremonies make of the page: its origin, and that it was nobody's frame.
  func check(_ clientData: ClientData) throws(PasskeyFailure) {
    guard origins.contains(where: { $0.utf8.elementsEqual(clientData.origin.utf8) }) else {
      throw .wrongOrigin(String(clientData.origin.prefix(200)))
    }
    guard !clientData.isCrossOrigin else { throw .crossOrigin }
    guard !clientData.hasTopOrigin else { throw .topOrigin }
  }

  /// The checks that both ceremonies make of the authenticator's data.
  func check(_ data: AuthenticatorData) throws(PasskeyFailure) {
    guard constantTimeEquals(data.relyingPartyHash, idHash) else { throw .wrongRelyingParty }
    guard data.flags.contains(.userPresent) else { throw .userNotPresent }
    if requiresUserVerification, !data.flags.contains(.userVerified) { throw .userNotVerified }
    if data.flags.contains(.backedUp), !data.flags.contains(.backupEligible) { throw .backedUpButNotEligible }
  }
}
