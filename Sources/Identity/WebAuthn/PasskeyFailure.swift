/// Which of the two ceremonies of WebAuthn: making a credential, or showing that one has it.
public enum PasskeyCeremony: String, Sendable {
  /// `navigator.credentials.create()`; Web Authentication, section 7.1.
  case create
  /// `navigator.credentials.get()`; section 7.2.
  case get

  /// What the client data calls it.
  var type: String {
    switch self {
    case .create: "webauthn.create"
    case .get: "webauthn.get"
    }
  }
}

/// Why a passkey was refused: one case for each check of Web Authentication, sections 7.1 and 7.2, that can fail.
///
/// For the log and for tests. Callers are told the same in every case. Steps without a case cannot fail by themselves: the hash
/// of the client data (7.1, 8), which a wrong one shows as a wrong signature; backup policies and trust in who attested (7.1, 14,
/// 15, 19, 20), because Weft accepts every authenticator; storing what was found (7.1, 24; 7.2, 16), which is the database's.
public enum PasskeyFailure: Error, Equatable, Sendable {
  /// A part is missing, contradicts another, or is of another kind.
  case malformedResponse(String)
  /// Another credential than those that were asked for.
  case credentialNotAllowed
  /// Nobody has this credential.
  case unknownCredential
  /// The authenticator names another user than the credential's.
  case wrongUserHandle
  case malformedClientData(String)
  /// Client data of the other ceremony, or of none.
  case wrongType
  case challenge(ChallengeFault)
  case wrongOrigin(String)
  /// Made in a frame of another origin.
  case crossOrigin
  /// Names a page that frames us.
  case topOrigin
  case malformedAttestationObject(String)
  case malformedAuthenticatorData(String)
  /// For another relying party's id.
  case wrongRelyingParty
  case userNotPresent
  case userNotVerified
  /// Says that it is backed up and that it cannot be.
  case backedUpButNotEligible
  /// Could be backed up at registration and now cannot, or the other way round.
  case backupEligibilityChanged
  /// A key of an algorithm that was not offered.
  case algorithmNotOffered
  /// A key whose type, curve, size or point is not what its algorithm takes.
  case malformedKey(String)
  case unknownFormat(String)
  /// The attestation statement is not what its format asks for, or its signature is wrong.
  case attestationStatement(String)
  case credentialIDTooLong
  case credentialTaken
  case malformedExtensions
  case wrongSignature
  /// Not greater than before: there may be two authenticators with one key.
  case signCountNotGreater(stored: UInt32, received: UInt32)
  /// Valid, but its user has switched passkeys off. No step of the standard.
  case switchedOff

  /// What is wrong with a challenge.
  public enum ChallengeFault: String, Sendable {
    /// Not made by us, or for another ceremony or user.
    case foreign
    case expired
    case used
  }

  /// The step of the ceremony's list in section 7.1 or 7.2 of the standard (Level 3); nil for a rule of ours.
  public func step(of ceremony: PasskeyCeremony) -> Int? {
    let (create, get) = steps
    return ceremony == .create ? create : get
  }

  /// A stable word for the log, such as `challenge_used`.
  public var reason: String {
    switch self {
    case .malformedResponse: "malformed_response"
    case .credentialNotAllowed: "credential_not_allowed"
    case .unknownCredential: "unknown_credential"
    case .wrongUserHandle: "wrong_user_handle"
    case .malformedClientData: "malformed_client_data"
    case .wrongType: "wrong_type"
    case .challenge(let fault): "challenge_" + fault.rawValue
    case .wrongOrigin: "wrong_origin"
    case .crossOrigin: "cross_origin"
    case .topOrigin: "top_origin"
    case .malformedAttestationObject: "malformed_attestation_object"
    case .malformedAuthenticatorData: "malformed_authenticator_data"
    case .wrongRelyingParty: "wrong_relying_party"
    case .userNotPresent: "user_not_present"
    case .userNotVerified: "user_not_verified"
    case .backedUpButNotEligible: "backed_up_but_not_eligible"
    case .backupEligibilityChanged: "backup_eligibility_changed"
    case .algorithmNotOffered: "algorithm_not_offered"
    case .malformedKey: "malformed_key"
    case .unknownFormat: "unknown_format"
    case .attestationStatement: "attestation_statement"
    case .credentialIDTooLong: "credential_id_too_long"
    case .credentialTaken: "credential_taken"
    case .malformedExtensions: "malformed_extensions"
    case .wrongSignature: "wrong_signature"
    case .signCountNotGreater: "sign_count_not_greater"
    case .switchedOff: "switched_off"
    }
  }

  /// What else there is to say, for people; nothing secret.
  public var detail: String? {
    switch self {
    case .malformedResponse(let text), .malformedClientData(let text), .wrongOrigin(let text), .malformedAttestationObject(let text),
      .malformedAuthenticatorData(let text), .malformedKey(let text), .unknownFormat(let text), .attestationStatement(let text):
      text
    case .signCountNotGreater(let stored, let received): "stored \(stored), received \(received)"
    default: nil
    }
  }

  private var steps: (create: Int?, get: Int?) {
    switch self {
    case .malformedResponse: (1, 1)
    case .credentialNotAllowed: (nil, 2)
    case .unknownCredential, .wrongUserHandle: (nil, 3)
    case .malformedClientData: (2, 4)
    case .wrongType: (3, 4)
    case .challenge: (4, 5)
    case .wrongOrigin: (5, 6)
    case .crossOrigin: (6, 7)
    case .topOrigin: (7, 7)
    case .malformedAttestationObject: (9, nil)
    case .malformedAuthenticatorData: (9, 8)
    case .wrongRelyingParty: (10, 8)
    case .userNotPresent: (11, 9)
    case .userNotVerified: (12, 10)
    case .backedUpButNotEligible: (13, 11)
    case .backupEligibilityChanged: (nil, 12)
    case .algorithmNotOffered, .malformedKey: (16, nil)
    case .unknownFormat: (17, nil)
    case .attestationStatement: (18, nil)
    case .credentialIDTooLong: (21, nil)
    case .credentialTaken: (22, nil)
    case .malformedExtensions: (23, 15)
    case .wrongSignature: (nil, 13)
    case .signCountNotGreater: (nil, 14)
    case .switchedOff: (nil, nil)
    }
  }
}
