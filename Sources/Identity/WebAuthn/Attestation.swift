/// What an authenticator says about a credential that it made (Web Authentication, section 6.5.4).
struct Attestation: Equatable, Sendable {
  /// An attestation of a few certificates has some KiB.
  static let bytesMax = 64 << 10

  let format: String
  let statement: CBORValue
  /// As it was signed.
  let authenticatorBytes: [UInt8]

  /// - Throws: `malformedAttestationObject` for what is no CBOR map with exactly these three members' types, or has bytes after it.
  init(_ bytes: [UInt8]) throws(PasskeyFailure) {
    guard bytes.count <= Self.bytesMax else { throw .malformedAttestationObject("\(bytes.count) bytes") }
    let value: CBORValue
    do throws(CBORError) {
      value = try CBORReader.read(bytes)
    } catch {
      throw .malformedAttestationObject("byte \(error.position)")
    }
    guard case .text(let format)? = value["fmt"] else { throw .malformedAttestationObject("fmt") }
    guard let statement = value["attStmt"], statement.pairs != nil else { throw .malformedAttestationObject("attStmt") }
    guard let authenticatorBytes = value["authData"]?.byteString else { throw .malformedAttestationObject("authData") }
    self.format = format
    self.statement = statement
    self.authenticatorBytes = authenticatorBytes
  }

  /// Checks the statement by the rules of its format: `none` (section 8.7) or `packed` (8.2), by the credential itself or by a certificate.
  ///
  /// Who vouches for the authenticator is not asked: our options ask for no attestation, so whatever a browser lets through is a
  /// courtesy. But a statement that is there must be right.
  func verify(
    _ credential: AuthenticatorData.AttestedCredential, key: PasskeyKey, clientDataHash: [UInt8]
  ) throws(PasskeyFailure) {
    switch format {
    case "none":
      guard statement.pairs?.isEmpty == true else { throw .attestationStatement("none says something") }
    case "packed":
      try verifyPacked(credential, key: key, signed: authenticatorBytes + clientDataHash)
    default: throw .unknownFormat(String(format.prefix(32)))
    }
  }

  private func verifyPacked(
    _ credential: AuthenticatorData.AttestedCredential, key: PasskeyKey, signed: [UInt8]
  ) throws(PasskeyFailure) {
    guard let algorithm = statement["alg"]?.integer.flatMap({ COSEAlgorithm(rawValue: $0) }) else { throw .attestationStatement("alg") }
    guard let signature = statement["sig"]?.byteString else { throw .attestationStatement("sig") }
    guard statement.pairs?.allSatisfy({ ["alg", "sig", "x5c"].map { CBORValue.text($0) }.contains($0.key) }) == true else {
      throw .attestationStatement("a member that packed does not have")
    }
    guard let chain = statement["x5c"] else {
      guard algorithm == key.algorithm else { throw .attestationStatement("alg is not the credential's") }
      guard key.verifies(signature, of: signed) else { throw .attestationStatement("signature") }
      return
    }
    guard case .array(let certificates) = chain, let first = certificates.first?.byteString,
      let certificate = AttestationCertificate(der: first)
    else { throw .attestationStatement("x5c") }
    if let problem = certificate.problem(modelID: credential.modelID) { throw .attestationStatement(problem) }
    guard certificate.verifies(signature, of: signed, algorithm) else { throw .attestationStatement("signature") }
  }
}
