internal import COpenSSL

/// A pair of keys whose private half signs tokens (RFC 7515), by OpenSSL. The only file that touches such keys.
public final class KeyPair: @unchecked Sendable {  // the key is never changed after init; OpenSSL lets threads share it for signing
  /// Bits of a new RSA key (RFC 7518, section 3.3: at least 2048).
  static let rsaBits = 2048
  /// Bytes of one number of an ES256 signature and of a coordinate (RFC 7518, section 3.4).
  static let p256Bytes = 32

  public let algorithm: SigningAlgorithm
  private let key: OpaquePointer

  private init(_ key: OpaquePointer, _ algorithm: SigningAlgorithm) {
    self.key = key
    self.algorithm = algorithm
  }

  deinit { EVP_PKEY_free(key) }

  /// A new key at random. Takes up to a second for RSA: not on a loop.
  public static func make(_ algorithm: SigningAlgorithm) -> KeyPair {
    let key: OpaquePointer? =
      switch algorithm {
      case .rs256: weft_make_rsa_key(rsaBits)
      case .es256: weft_make_p256_key()
      }
    guard let key else { preconditionFailure("OpenSSL makes no key for \(algorithm.rawValue)") }
    return KeyPair(key, algorithm)
  }

  /// Reads a key as `pkcs8` writes it; nil for anything else, also for a key that does not fit `algorithm`.
  public convenience init?(pkcs8: [UInt8], _ algorithm: SigningAlgorithm) {
    let key = pkcs8.withUnsafeBufferPointer { bytes -> OpaquePointer? in
      var position = bytes.baseAddress
      guard let info = d2i_PKCS8_PRIV_KEY_INFO(nil, &position, bytes.count) else { return nil }
      defer { PKCS8_PRIV_KEY_INFO_free(info) }
      return EVP_PKCS82PKEY(info)
    }
    ERR_clear_error()
    guard let key else { return nil }
    self.init(key, algorithm)
    let fits =
      switch algorithm {
      case .rs256: EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= Int32(Self.rsaBits)
      case .es256: EVP_PKEY_is_a(key, "EC") == 1 && isP256
      }
    if !fits { return nil }
  }

  /// PKCS #8 (RFC 5208) in DER, unencrypted: a secret.
  public var pkcs8: [UInt8] {
    guard let info = EVP_PKEY2PKCS8(key) else { preconditionFailure("OpenSSL cannot write a key") }
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    let count = i2d_PKCS8_PRIV_KEY_INFO(info, nil)
    precondition(count > 0, "OpenSSL cannot write a key")
    var bytes = [UInt8](repeating: 0, count: Int(count))
    bytes.withUnsafeMutableBufferPointer { bytes in
      var position = bytes.baseAddress
      _ = i2d_PKCS8_PRIV_KEY_INFO(info, &position)
    }
    return bytes
  }

  /// The signature of a message as JWS carries it: for RS256 as long as the modulus, for ES256 r and s of 32 bytes each.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL has no memory for a signature") }
    defer { EVP_MD_CTX_free(context) }
    var count = 0
    var isDone = EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
    isDone = isDone && EVP_DigestSign(context, nil, &count, message, message.count) == 1
    var signature = [UInt8](repeating: 0, count: count)
    isDone = isDone && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
    precondition(isDone, "OpenSSL cannot sign")
    signature.removeSubrange(count...)
    return algorithm == .es256 ? Self.rawSignature(der: signature) : signature
  }

  /// Whether a signature is this key's.
  public func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let der = algorithm == .es256 ? Self.derSignature(raw: signature) : signature, let context = EVP_MD_CTX_new() else {
      return false
    }
    defer { EVP_MD_CTX_free(context) }
    let isGood =
      EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
      && EVP_DigestVerify(context, der, der.count, message, message.count) == 1
    ERR_clear_error()
    return isGood
  }

  /// The public half, for everybody.
  public var publicKey: JSONWebKey {
    switch algorithm {
    case .rs256:
      JSONWebKey(.rsa(modulus: number(OSSL_PKEY_PARAM_RSA_N), exponent: number(OSSL_PKEY_PARAM_RSA_E)))
    case .es256:
      JSONWebKey(
        .p256(
          x: number(OSSL_PKEY_PARAM_EC_PUB_X, count: Self.p256Bytes), y: number(OSSL_PKEY_PARAM_EC_PUB_Y, count: Self.p256Bytes)))
    }
  }

  private var isP256: Bool {
    var name = [CChar](repeating: 0, count: 64)
    var count = 0
    guard EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, &name, name.count, &count) == 1 else { return false }
    return name.prefix(count).elementsEqual("prime256v1".utf8CString.dropLast())
  }

  /// A number of the public key, big-endian: in `count` bytes, or in as few as it takes.
  private func number(_ name: String, count: Int? = nil) -> [UInt8] {
    var number: OpaquePointer?
    let isThere = EVP_PKEY_get_bn_param(key, name, &number) == 1
    defer { BN_free(number) }
    precondition(isThere, "a key without \(name)")
    return Self.bytes(number, count: count ?? (Int(BN_num_bits(number)) + 7) / 8)
  }

  private static func bytes(_ number: OpaquePointer?, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let written = BN_bn2binpad(number, &bytes, Int32(count))
    precondition(Int(written) == count, "a number of another length")
    return bytes
  }

  /// OpenSSL's ECDSA signature is an ASN.1 sequence; JWS wants the two numbers one behind the other.
  private static func rawSignature(der: [UInt8]) -> [UInt8] {
    let signature = der.withUnsafeBufferPointer { bytes in
      var position = bytes.baseAddress
      return d2i_ECDSA_SIG(nil, &position, bytes.count)
    }
    guard let signature else { preconditionFailure("OpenSSL cannot read its own signature") }
    defer { ECDSA_SIG_free(signature) }
    return bytes(ECDSA_SIG_get0_r(signature), count: p256Bytes) + bytes(ECDSA_SIG_get0_s(signature), count: p256Bytes)
  }

  private static func derSignature(raw: [UInt8]) -> [UInt8]? {
    guard raw.count == 2 * p256Bytes, let signature = ECDSA_SIG_new() else { return nil }
    defer { ECDSA_SIG_free(signature) }
    let r = BN_bin2bn(Array(raw.prefix(p256Bytes)), Int32(p256Bytes), nil)
    let s = BN_bin2bn(Array(raw.suffix(p256Bytes)), Int32(p256Bytes), nil)
    // Takes both numbers over, if it succeeds.
    guard ECDSA_SIG_set0(signature, r, s) == 1 else {
      BN_free(r)
      BN_free(s)
      return nil
    }
    var der = [UInt8](repeating: 0, count: Int(max(0, i2d_ECDSA_SIG(signature, nil))))
    der.withUnsafeMutableBufferPointer { der in
      var position = der.baseAddress
      _ = i2d_ECDSA_SIG(signature, &position)
    }
    return der
  }
}
