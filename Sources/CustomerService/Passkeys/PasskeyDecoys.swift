import Identity

/// What the options of a sign-in say of an address that nobody has, or whose account has no passkey: the same each time, and nothing that
/// anybody could sign with.
struct PasskeyDecoys: Sendable {
  /// With a key that serves nothing else.
  let authenticator: MessageAuthenticator

  /// 32 bytes, as many authenticators make them.
  func credentialID(_ email: String) -> [UInt8] { authenticator.code(Array(("credential " + email).utf8)) }

  /// No account's id, so that no passkey opens the challenge.
  func userID(_ email: String) -> String { "decoy " + email }
}
