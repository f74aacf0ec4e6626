import CFido2
import Platform
import Testing

@testable import Identity

/// Web Authentication, section 7.2: what is right passes, and every step that is violated is refused with its own reason.
@Suite struct AssertionTests {
  private let challenges = PasskeyChallenges(
    authenticator: MessageAuthenticator(key: Array("test".utf8)), time: ManualTime(), random: SeededRandom(seed: 2))

  private func assert(
    _ authenticator: SoftAuthenticator, party: RelyingParty = SoftAuthenticator.party, key: [UInt8]? = nil, eligible: Bool = false,
    change: (inout AssertionResponse) -> Void = { _ in }
  ) throws(PasskeyFailure) -> PasskeyUse {
    var response = authenticator.get(challenge: challenges.make(for: .get, userID: ""))
    change(&response)
    let clientData = try ClientData(response.clientDataJSON, of: .get)
    _ = try challenges.open(clientData.challenge, for: .get, userIDs: [""])
    return try party.verify(response, clientData, key: PasskeyKey(publicKey: key ?? authenticator.coseKey), isBackupEligible: eligible)
  }

  @Test(arguments: COSEAlgorithm.allCases)
  func algorithms(algorithm: COSEAlgorithm) throws {
    let authenticator = SoftAuthenticator(algorithm)
    authenticator.signCount = 0x0102_0304
    #expect(try assert(authenticator) == PasskeyUse(signCount: 0x0102_0304, isUserVerified: true, isBackedUp: false))
  }

  @Test func extensionOutputsAreTolerated() throws {
    let authenticator = SoftAuthenticator()
    authenticator.extensions = CBOR.map([
      (CBOR.text("hmac-secret"), CBOR.bytes([1, 2])), (CBOR.text("x"), CBOR.array([[0xf6], [0xf9, 0, 0]])),
    ])
    #expect(throws: Never.self) { try assert(authenticator) }
  }

  @Test func step4ClientDataOfTheOtherCeremony() {
    let authenticator = SoftAuthenticator()
    authenticator.type = "webauthn.create"
    #expect(throws: PasskeyFailure.wrongType) { try assert(authenticator) }
    #expect(throws: PasskeyFailure.malformedClientData("no JSON object")) { try assert(authenticator) { $0.clientDataJSON = [] } }
  }

  @Test func step5ChallengeOfARegistration() {
    let response = SoftAuthenticator().get(challenge: challenges.make(for: .create, userID: ""))
    #expect(throws: PasskeyFailure.challenge(.foreign)) {
      let clientData = try ClientData(response.clientDataJSON, of: .get)
      _ = try challenges.open(clientData.challenge, for: .get, userIDs: ["", "u"])
    }
  }

  @Test func challengeOfOneUserOpensForThatUserOnly() throws {
    let challenge = challenges.make(for: .get, userID: "u")
    #expect(throws: Never.self) { try challenges.open(challenge, for: .get, userIDs: ["", "u"]) }
    #expect(throws: PasskeyFailure.challenge(.foreign)) { try challenges.open(challenge, for: .get, userIDs: ["", "v"]) }
  }

  @Test func steps6And7Page() {
    let authenticator = SoftAuthenticator()
    authenticator.origin = "https://evil.com"
    #expect(throws: PasskeyFailure.wrongOrigin("https://evil.com")) { try assert(authenticator) }
    authenticator.origin = "https://example.com"
    authenticator.moreClientData = #","crossOrigin":true"#
    #expect(throws: PasskeyFailure.crossOrigin) { try assert(authenticator) }
    authenticator.moreClientData = #","topOrigin":"https://example.com""#
    #expect(throws: PasskeyFailure.topOrigin) { try assert(authenticator) }
  }

  @Test func step8RelyingParty() {
    let authenticator = SoftAuthenticator()
    authenticator.relyingPartyID = "www.example.com"
    #expect(throws: PasskeyFailure.wrongRelyingParty) { try assert(authenticator) }
    #expect(throws: PasskeyFailure.malformedAuthenticatorData("36 bytes")) {
      try assert(SoftAuthenticator()) { $0.authenticatorData.removeLast() }
    }
    #expect(throws: PasskeyFailure.malformedAuthenticatorData("1 bytes too many")) {
      try assert(SoftAuthenticator()) { $0.authenticatorData += [0] }
    }
  }

  @Test func steps9And10User() {
    let authenticator = SoftAuthenticator()
    authenticator.flags = 0x00
    #expect(throws: PasskeyFailure.userNotPresent) { try assert(authenticator) }
    authenticator.flags = 0x01
    #expect(throws: Never.self) { try assert(authenticator) }
    let strict = RelyingParty(id: "example.com", name: "", origins: ["https://example.com"], requiresUserVerification: true)
    #expect(throws: PasskeyFailure.userNotVerified) { try assert(authenticator, party: strict) }
  }

  @Test func steps11And12Backup() {
    let authenticator = SoftAuthenticator()
    authenticator.flags = 0x15
    #expect(throws: PasskeyFailure.backedUpButNotEligible) { try assert(authenticator) }
    authenticator.flags = 0x1d
    #expect(throws: PasskeyFailure.backupEligibilityChanged) { try assert(authenticator, eligible: false) }
    #expect(throws: Never.self) { try assert(authenticator, eligible: true) }
    authenticator.flags = 0x05
    #expect(throws: PasskeyFailure.backupEligibilityChanged) { try assert(authenticator, eligible: true) }
  }

  @Test(arguments: COSEAlgorithm.allCases)
  func step13Signature(algorithm: COSEAlgorithm) {
    let wrong = PasskeyFailure.wrongSignature
    let authenticator = SoftAuthenticator(algorithm)
    #expect(throws: wrong) { try assert(authenticator) { $0.signature = [] } }
    #expect(throws: wrong) { try assert(authenticator) { $0.signature[$0.signature.count - 1] ^= 1 } }
    #expect(throws: wrong) { try assert(authenticator) { $0.signature += [0] } }
    // What was signed is not what was sent: another count, another client data with the same challenge.
    #expect(throws: wrong) { try assert(authenticator) { $0.authenticatorData[36] ^= 1 } }
    #expect(throws: wrong) { try assert(authenticator) { $0.clientDataJSON.append(0x20) } }
    // Another key, of this and of the other kinds.
    for other in COSEAlgorithm.allCases { #expect(throws: wrong) { try assert(authenticator, key: SoftAuthenticator(other).coseKey) } }
  }

  @Test func step14SignCount() {
    func check(_ received: UInt32, after stored: UInt32) throws {
      try PasskeyUse(signCount: received, isUserVerified: false, isBackedUp: false).check(after: stored)
    }
    for (received, stored) in [(0, 0), (1, 0), (2, 1), (UInt32.max, UInt32.max - 1)] as [(UInt32, UInt32)] {
      #expect(throws: Never.self) { try check(received, after: stored) }
    }
    for (received, stored) in [(0, 1), (1, 1), (1, 2), (0, UInt32.max)] as [(UInt32, UInt32)] {
      #expect(throws: PasskeyFailure.signCountNotGreater(stored: stored, received: received)) { try check(received, after: stored) }
    }
  }

  @Test func step15Extensions() {
    let authenticator = SoftAuthenticator()
    authenticator.extensions = [0x81]
    #expect(throws: PasskeyFailure.malformedExtensions) { try assert(authenticator) }
  }

  /// libfido2's own verification, on assertions as they should be and with one bit of them turned.
  @Test(arguments: COSEAlgorithm.allCases)
  func libfido2AgreesOnSignatures(algorithm: COSEAlgorithm) throws {
    let authenticator = SoftAuthenticator(algorithm)
    let key = try COSEKey(CBORReader.read(authenticator.coseKey))
    let random = SystemRandom()
    for round in 0..<48 {
      var response = authenticator.get(challenge: random.bytes(32))
      let place = Int(random.number(below: 4))
      if round % 3 > 0 {
        func turn(_ bytes: inout [UInt8], from first: Int = 0) {
          let index = first + Int(random.number(below: UInt64(bytes.count - first)))
          bytes[index] ^= 1 << UInt8(random.number(below: 8))
        }
        if place == 0 { turn(&response.signature) } else { turn(&response.authenticatorData, from: 33) }
      }
      let hash = SHA256.digest(response.clientDataJSON)
      let ours = try PasskeyKey(key).verifies(response.signature, of: response.authenticatorData + hash)
      #expect(ours == Self.libfido2(response, hash, key), "round \(round)")
      #expect(ours == (round % 3 == 0))
    }
  }

  private static func libfido2(_ response: AssertionResponse, _ hash: [UInt8], _ key: COSEKey) -> Bool {
    var assertion = fido_assert_new()
    defer { fido_assert_free(&assertion) }
    fido_assert_set_rp(assertion, "example.com")
    fido_assert_set_clientdata_hash(assertion, hash, hash.count)
    fido_assert_set_count(assertion, 1)
    guard fido_assert_set_authdata_raw(assertion, 0, response.authenticatorData, response.authenticatorData.count) == FIDO_OK,
      fido_assert_set_sig(assertion, 0, response.signature, response.signature.count) == FIDO_OK
    else { return false }
    switch key.algorithm {
    case .es256:
      var fido = es256_pk_new()
      defer { es256_pk_free(&fido) }
      es256_pk_from_ptr(fido, key.material, key.material.count)
      return fido_assert_verify(assertion, 0, COSE_ES256, UnsafeRawPointer(fido)) == FIDO_OK
    case .edDSA:
      var fido = eddsa_pk_new()
      defer { eddsa_pk_free(&fido) }
      eddsa_pk_from_ptr(fido, key.material, key.material.count)
      return fido_assert_verify(assertion, 0, COSE_EDDSA, UnsafeRawPointer(fido)) == FIDO_OK
    case .rs256:
      var fido = rs256_pk_new()
      defer { rs256_pk_free(&fido) }
      rs256_pk_from_ptr(fido, key.material, key.material.count)
      return fido_assert_verify(assertion, 0, Int32(COSE_RS256), UnsafeRawPointer(fido)) == FIDO_OK
    }
  }
}
