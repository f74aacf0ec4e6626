/// What a browser gives after `navigator.credentials.get()`.
public struct AssertionResponse: Sendable {
  public var credentialID: [UInt8]
  public var clientDataJSON: [UInt8]
  public var authenticatorData: [UInt8]
  public var signature: [UInt8]
  /// Whom the authenticator believes to be signing in; discoverable credentials say.
  public var userHandle: [UInt8]?

  public init(
    credentialID: [UInt8], clientDataJSON: [UInt8], authenticatorData: [UInt8], signature: [UInt8], userHandle: [UInt8]? = nil
  ) {
    self.credentialID = credentialID
    self.clientDataJSON = clientDataJSON
    self.authenticatorData = authenticatorData
    self.signature = signature
    self.userHandle = userHandle
  }
}

/// What a valid assertion says, to be stored.
public struct PasskeyUse: Equatable, Sendable {
  public var signCount: UInt32
  public var isUserVerified: Bool
  public var isBackedUp: Bool

  public init(signCount: UInt32, isUserVerified: Bool, isBackedUp: Bool) {
    self.signCount = signCount
    self.isUserVerified = isUserVerified
    self.isBackedUp = isBackedUp
  }

  /// Web Authentication, section 7.2, step 14: both zero for authenticators that do not count, or greater than before.
  ///
  /// - Throws: `signCountNotGreater`: the key may have been copied.
  public func check(after stored: UInt32) throws(PasskeyFailure) {
    guard signCount == 0 && stored == 0 || signCount > stored else {
      throw .signCountNotGreater(stored: stored, received: signCount)
    }
  }
}

extension RelyingParty {
  /// Verifies an assertion whose client data was read and whose challenge was found to be ours (section 7.2, steps 6 to 13 and 15).
  ///
  /// Left to the caller: steps 2, 3, 14 and 16, which need the database.
  ///
  /// - Parameters:
  ///   - key: The credential's, as it was registered.
  ///   - isBackupEligible: What the authenticator said of the credential at registration, which cannot change.
  public func verify(
    _ response: AssertionResponse, _ clientData: ClientData, key: PasskeyKey, isBackupEligible: Bool
  ) throws(PasskeyFailure) -> PasskeyUse {
    try check(clientData)
    let data = try AuthenticatorData(response.authenticatorData)
    try check(data)
    guard data.flags.contains(.backupEligible) == isBackupEligible else { throw .backupEligibilityChanged }
    guard key.verifies(response.signature, of: response.authenticatorData + clientData.hash) else { throw .wrongSignature }
    return PasskeyUse(
      signCount: data.signCount, isUserVerified: data.flags.contains(.userVerified), isBackedUp: data.flags.contains(.backedUp))
  }
}
