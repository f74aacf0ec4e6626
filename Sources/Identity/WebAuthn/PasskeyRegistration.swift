/// What a browser gives after `navigator.credentials.create()`.
public struct AttestationResponse: Sendable {
  public var credentialID: [UInt8]
  public var clientDataJSON: [UInt8]
  public var attestationObject: [UInt8]

  public init(credentialID: [UInt8], clientDataJSON: [UInt8], attestationObject: [UInt8]) {
    self.credentialID = credentialID
    self.clientDataJSON = clientDataJSON
    self.attestationObject = attestationObject
  }
}

/// A credential that passed every check and is to be stored (Web Authentication, section 7.1, step 24).
public struct NewPasskey: Equatable, Sendable {
  public var credentialID: [UInt8]
  /// COSE_Key.
  public var publicKey: [UInt8]
  public var algorithm: COSEAlgorithm
  public var signCount: UInt32
  public var isUserVerified: Bool
  public var isBackupEligible: Bool
  public var isBackedUp: Bool
  /// AAGUID.
  public var modelID: [UInt8]
}

extension RelyingParty {
  /// The ceiling of the standard on credential ids, in bytes.
  public static let credentialIDBytesMax = 1023

  /// Verifies a registration whose client data was read and whose challenge was found to be ours (section 7.1, steps 5 to 21 and 23).
  ///
  /// Left to the caller: steps 22 and 24, which need the database.
  public func verify(_ response: AttestationResponse, _ clientData: ClientData) throws(PasskeyFailure) -> NewPasskey {
    try check(clientData)
    let attestation = try Attestation(response.attestationObject)
    let data = try AuthenticatorData(attestation.authenticatorBytes)
    try check(data)
    guard let credential = data.credential else { throw .malformedAuthenticatorData("no credential") }
    guard !credential.id.isEmpty, credential.id == response.credentialID else { throw .malformedResponse("another credential id") }
    let key = try PasskeyKey(COSEKey(credential.key))
    try attestation.verify(credential, key: key, clientDataHash: clientData.hash)
    guard credential.id.count <= Self.credentialIDBytesMax else { throw .credentialIDTooLong }
    return NewPasskey(
      credentialID: credential.id, publicKey: credential.publicKey, algorithm: key.algorithm, signCount: data.signCount,
      isUserVerified: data.flags.contains(.userVerified), isBackupEligible: data.flags.contains(.backupEligible),
      isBackedUp: data.flags.contains(.backedUp), modelID: credential.modelID)
  }
}
