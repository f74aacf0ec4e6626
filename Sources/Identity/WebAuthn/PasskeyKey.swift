internal import CFido2
internal import COpenSSL

/// A passkey's public key, ready to verify signatures: loaded by libfido2, used by OpenSSL.
///
/// `@unchecked Sendable`: nothing of it changes after `init`, and OpenSSL locks what it remembers inside a key.
public final class PasskeyKey: @unchecked Sendable {
  public let algorithm: COSEAlgorithm
  private let handle: OpaquePointer

  /// - Parameter publicKey: COSE_Key, as an authenticator wrote it.
  /// - Throws: `algorithmNotOffered`, or `malformedKey` for one that does not fit its algorithm or whose point is not on the curve.
  public convenience init(publicKey: [UInt8]) throws(PasskeyFailure) {
    guard let value = try? CBORReader.read(publicKey) else { throw .malformedKey("no CBOR") }
    try self.init(COSEKey(value))
  }

  init(_ key: COSEKey) throws(PasskeyFailure) {
    if key.algorithm == .edDSA, !Ed25519Point.isOnCurve(key.material) { throw .malformedKey("point") }
    guard let handle = Self.load(key) else {
      ERR_clear_error()
      throw .malformedKey("point")
    }
    algorithm = key.algorithm
    self.handle = handle
  }

  deinit { EVP_PKEY_free(handle) }

  func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    SignatureCheck.verifies(signature, of: message, key: handle, algorithm)
  }

  /// libfido2 finds out whether a point of P-256 is on the curve.
  private static func load(_ key: COSEKey) -> OpaquePointer? {
    let material = key.material
    switch key.algorithm {
    case .es256:
      var fido = es256_pk_new()
      defer { es256_pk_free(&fido) }
      return es256_pk_from_ptr(fido, material, material.count) == FIDO_OK ? es256_pk_to_EVP_PKEY(fido) : nil
    case .edDSA:
      var fido = eddsa_pk_new()
      defer { eddsa_pk_free(&fido) }
      return eddsa_pk_from_ptr(fido, material, material.count) == FIDO_OK ? eddsa_pk_to_EVP_PKEY(fido) : nil
    case .rs256:
      var fido = rs256_pk_new()
      defer { rs256_pk_free(&fido) }
      return rs256_pk_from_ptr(fido, material, material.count) == FIDO_OK ? rs256_pk_to_EVP_PKEY(fido) : nil
    }
  }
}

/// Signatures by keys of OpenSSL.
enum SignatureCheck {
  /// False also for a key of another type than the algorithm takes.
  ///
  /// libfido2's `fido_assert_verify` would load the key and parse everything anew each time (80 µs for ES256) and refuses extension outputs
  /// that it was not told to expect; with a kept key this takes 45 µs. The tests ask libfido2 for its opinion on the same assertions.
  static func verifies(_ signature: [UInt8], of message: [UInt8], key: OpaquePointer, _ algorithm: COSEAlgorithm) -> Bool {
    guard EVP_PKEY_get_base_id(key) == type(of: algorithm), let context = EVP_MD_CTX_new() else { return false }
    defer {
      EVP_MD_CTX_free(context)
      // What is wrong with a signature must not stay behind in this thread's queue of errors.
      ERR_clear_error()
    }
    // Ed25519 hashes by itself (RFC 8032).
    let digest = algorithm == .edDSA ? nil : "SHA256"
    guard EVP_DigestVerifyInit_ex(context, nil, digest, nil, nil, key, nil) == 1 else { return false }
    return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }

  private static func type(of algorithm: COSEAlgorithm) -> Int32 {
    switch algorithm {
    case .es256: EVP_PKEY_EC
    case .edDSA: EVP_PKEY_ED25519
    case .rs256: EVP_PKEY_RSA
    }
  }
}
