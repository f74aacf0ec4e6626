/// The signature algorithms that we offer, by their COSE numbers (RFC 9053; RFC 8812 for RS256), the preferred one first.
public enum COSEAlgorithm: Int64, CaseIterable, Sendable {
  /// ECDSA with SHA-256 on P-256.
  case es256 = -7
  /// Ed25519.
  case edDSA = -8
  /// RSASSA-PKCS1-v1_5 with SHA-256.
  case rs256 = -257
}

/// A public key as authenticators write it (COSE_Key, RFC 9052, section 7), with type, curve and sizes checked.
struct COSEKey: Equatable, Sendable {
  /// Labels of the map: common ones and, below zero, those of the key's type.
  private enum Label {
    static let type: Int64 = 1
    static let algorithm: Int64 = 3
    static let curve: Int64 = -1
    static let x: Int64 = -2
    static let y: Int64 = -3
    static let modulus: Int64 = -1
    static let exponent: Int64 = -2
  }

  private enum KeyType {
    static let octetKeyPair: Int64 = 1
    static let ellipticCurve: Int64 = 2
    static let rsa: Int64 = 3
  }

  private enum Curve {
    static let p256: Int64 = 1
    static let ed25519: Int64 = 6
  }

  /// 65537, the one exponent that authenticators use.
  private static let exponent: [UInt8] = [1, 0, 1]

  let algorithm: COSEAlgorithm
  /// As libfido2 takes them: ES256 x and y, 32 bytes each; EdDSA the 32 bytes of the point; RS256 256 bytes of modulus, 3 of exponent.
  let material: [UInt8]

  /// - Throws: `algorithmNotOffered` or `malformedKey`.
  init(_ value: CBORValue) throws(PasskeyFailure) {
    guard let number = value[Label.algorithm]?.integer, let algorithm = COSEAlgorithm(rawValue: number) else {
      throw .algorithmNotOffered
    }
    self.algorithm = algorithm
    switch algorithm {
    case .es256:
      try Self.require(value, KeyType.ellipticCurve, curve: Curve.p256)
      material = try Self.bytes(value, Label.x, 32) + Self.bytes(value, Label.y, 32)
    case .edDSA:
      try Self.require(value, KeyType.octetKeyPair, curve: Curve.ed25519)
      material = try Self.bytes(value, Label.x, 32)
    case .rs256:
      try Self.require(value, KeyType.rsa, curve: nil)
      // libfido2 knows RSA keys of 2048 bits, and so do authenticators.
      let modulus = try Self.bytes(value, Label.modulus, 256)
      guard modulus[0] & 0x80 != 0, modulus[255] & 1 == 1 else { throw .malformedKey("modulus") }
      guard value[Label.exponent]?.byteString == Self.exponent else { throw .malformedKey("exponent") }
      material = modulus + Self.exponent
    }
  }

  private static func require(_ value: CBORValue, _ type: Int64, curve: Int64?) throws(PasskeyFailure) {
    guard value[Label.type]?.integer == type else { throw .malformedKey("type") }
    if let curve, value[Label.curve]?.integer != curve { throw .malformedKey("curve") }
  }

  private static func bytes(_ value: CBORValue, _ label: Int64, _ count: Int) throws(PasskeyFailure) -> [UInt8] {
    guard let bytes = value[label]?.byteString, bytes.count == count else { throw .malformedKey("size") }
    return bytes
  }
}
