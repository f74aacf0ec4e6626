import Identity

/// A key pair of the provider, as it is stored.
struct SigningKeyRecord: Equatable, Sendable {
  /// How long a key that signs no more is still published: a day, in microseconds. What it signed has expired long before.
  static let publishedFor: Int64 = 86_400_000_000
  /// How old a key gets before another takes its place by itself: 90 days, in microseconds.
  static let ageMax: Int64 = 90 * 86_400_000_000

  /// `kid`: the thumbprint of the public half (RFC 7638).
  var id: String
  var algorithm: SigningAlgorithm
  /// PKCS #8 in DER: a secret.
  var privateKey: [UInt8]
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  /// When it is published no longer; nil for the key that signs.
  var retiresAt: Int64?
}
