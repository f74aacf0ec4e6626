import COpenSSL
import Platform
import Testing

@testable import Identity

/// Web Authentication, section 7.1: what is right passes, and every step that is violated is refused with its own reason.
@Suite struct RegistrationTests {
  private let time = ManualTime()
  private let challenges: PasskeyChallenges

  init() throws {
    challenges = PasskeyChallenges(
      authenticator: MessageAuthenticator(key: Array("test".utf8)), time: time, random: SeededRandom(seed: 1))
  }

  /// Everything but the database's steps.
  private func register(
    _ authenticator: SoftAuthenticator, party: RelyingParty = SoftAuthenticator.party, challenge: [UInt8]? = nil,
    change: (inout AttestationResponse) -> Void = { _ in }
  ) throws(PasskeyFailure) -> NewPasskey {
    var response = authenticator.create(challenge: challenge ?? challenges.make(for: .create, userID: "u"))
    change(&response)
    let clientData = try ClientData(response.clientDataJSON, of: .create)
    _ = try challenges.open(clientData.challenge, for: .create, userIDs: ["u"])
    return try party.verify(response, clientData)
  }

  @Test(arguments: COSEAlgorithm.allCases, ["none", "packed"])
  func algorithmsAndFormats(algorithm: COSEAlgorithm, format: String) throws {
    let authenticator = SoftAuthenticator(algorithm)
    authenticator.format = format
    authenticator.flags = 0x1d
    let passkey = try register(authenticator)
    #expect(
      passkey
        == NewPasskey(
          credentialID: authenticator.credentialID, publicKey: authenticator.coseKey, algorithm: algorithm, signCount: 1,
          isUserVerified: true, isBackupEligible: true, isBackedUp: true, modelID: authenticator.modelID))
  }

  @Test func extensionOutputsAndUnknownMembersAreTolerated() throws {
    let authenticator = SoftAuthenticator()
    authenticator.extensions = CBOR.map([(CBOR.text("credProtect"), CBOR.integer(2)), (CBOR.text("hmac-secret"), [0xf5])])
    authenticator.moreClientData = #","other_keys_can_be_added_here":"do not compare","tokenBinding":{"status":"supported"}"#
    #expect(throws: Never.self) { try register(authenticator) }
  }

  @Test func byteOrderMarkIsStripped() throws {
    #expect(throws: Never.self) { try register(SoftAuthenticator()) { $0.clientDataJSON = [0xef, 0xbb, 0xbf] + $0.clientDataJSON } }
  }

  @Test func step1Response() {
    #expect(throws: PasskeyFailure.malformedResponse("another credential id")) {
      try register(SoftAuthenticator()) { $0.credentialID[0] ^= 1 }
    }
    let nameless = SoftAuthenticator()
    nameless.credentialID = []
    #expect(throws: PasskeyFailure.malformedResponse("another credential id")) { try register(nameless) }
  }

  @Test(arguments: [
    ("", "no JSON object"), ("[]", "no JSON object"), ("{}x", "no JSON object"), (#"{"type":"webauthn.create""#, "no JSON object"),
    (#"{"type":"webauthn.create","type":"webauthn.create"}"#, "no JSON object"),
    (#"{"type":"webauthn.create","challenge":"AA","origin":"https://example.com","origin":"https://example.com"}"#, "no JSON object"),
    (#"{"challenge":"AA","origin":"https://example.com"}"#, "type"), (#"{"type":1,"challenge":"AA","origin":"x"}"#, "type"),
    (#"{"type":"webauthn.create","origin":"https://example.com"}"#, "challenge"),
    (#"{"type":"webauthn.create","challenge":"A","origin":"https://example.com"}"#, "challenge"),
    (#"{"type":"webauthn.create","challenge":"AA=","origin":"https://example.com"}"#, "challenge"),
    (#"{"type":"webauthn.create","challenge":"AA"}"#, "origin"), (#"{"type":"webauthn.create","challenge":"AA","origin":null}"#, "origin"),
    (#"{"type":"webauthn.create","challenge":"AA","origin":"x","crossOrigin":"false"}"#, "crossOrigin"),
  ])
  func step2ClientData(text: String, problem: String) {
    #expect(throws: PasskeyFailure.malformedClientData(problem)) { try ClientData(Array(text.utf8), of: .create) }
  }

  @Test func step2ClientDataIsUTF8AndBounded() {
    #expect(throws: PasskeyFailure.malformedClientData("no JSON object")) {
      try register(SoftAuthenticator()) { $0.clientDataJSON.insert(contentsOf: Array(#""x":""#.utf8) + [0xff] + Array(#"","#.utf8), at: 1) }
    }
    #expect(throws: PasskeyFailure.malformedClientData("16385 bytes")) {
      try ClientData([UInt8](repeating: 0x20, count: 16385), of: .create)
    }
  }

  @Test func step3Type() {
    for type in ["webauthn.get", "webauthn.Create", "payment.get", ""] {
      let authenticator = SoftAuthenticator()
      authenticator.type = type
      #expect(throws: PasskeyFailure.wrongType) { try register(authenticator) }
    }
  }

  @Test func step4Challenge() {
    let foreign = PasskeyFailure.challenge(.foreign)
    let good = challenges.make(for: .create, userID: "u")
    #expect(throws: foreign) { try register(SoftAuthenticator(), challenge: challenges.make(for: .create, userID: "v")) }
    #expect(throws: foreign) { try register(SoftAuthenticator(), challenge: challenges.make(for: .create, userID: "")) }
    #expect(throws: foreign) { try register(SoftAuthenticator(), challenge: challenges.make(for: .get, userID: "u")) }
    #expect(throws: foreign) { try register(SoftAuthenticator(), challenge: []) }
    #expect(throws: foreign) { try register(SoftAuthenticator(), challenge: good + [0]) }
    for index in good.indices {
      var forged = good
      forged[index] ^= 1
      #expect(throws: foreign) { try register(SoftAuthenticator(), challenge: forged) }
    }
    time.advance(by: .seconds(299))
    #expect(throws: Never.self) { try register(SoftAuthenticator(), challenge: good) }
    time.advance(by: .seconds(1))
    #expect(throws: PasskeyFailure.challenge(.expired)) { try register(SoftAuthenticator(), challenge: good) }
  }

  @Test(arguments: [
    "http://example.com", "https://example.com/", "https://example.com:443", "https://EXAMPLE.com", "https://evil.com",
    "https://example.com.evil.com", "https://sub.example.com", "https://www.example.com", "null", "",
  ])
  func step5Origin(origin: String) {
    let authenticator = SoftAuthenticator()
    authenticator.origin = origin
    #expect(throws: PasskeyFailure.wrongOrigin(origin)) { try register(authenticator) }
  }

  @Test func everyListedOriginIsTaken() throws {
    let authenticator = SoftAuthenticator()
    authenticator.origin = "https://www.example.com:8443"
    #expect(throws: Never.self) { try register(authenticator) }
  }

  @Test func steps6And7Frames() {
    let authenticator = SoftAuthenticator()
    authenticator.moreClientData = #","crossOrigin":true"#
    #expect(throws: PasskeyFailure.crossOrigin) { try register(authenticator) }
    authenticator.moreClientData = #","crossOrigin":false,"topOrigin":"https://example.com""#
    #expect(throws: PasskeyFailure.topOrigin) { try register(authenticator) }
    authenticator.moreClientData = ""
    #expect(throws: Never.self) { try register(authenticator) }
  }

  @Test func step9AttestationObject() {
    func refuse(_ problem: String, _ change: @escaping (inout [UInt8]) -> Void) {
      #expect(throws: PasskeyFailure.malformedAttestationObject(problem)) {
        try register(SoftAuthenticator()) { change(&$0.attestationObject) }
      }
    }
    refuse("byte 0") { $0 = [] }
    refuse("byte 0") { $0[0] = 0xbf }
    refuse("byte 0") { $0 = [0xc0] + $0 }
    refuse("byte 0") { $0 = CBOR.map([(CBOR.text("fmt"), CBOR.text("none")), (CBOR.text("fmt"), CBOR.text("none"))]) }
    refuse("65537 bytes") { $0 = [UInt8](repeating: 0, count: 65537) }
    refuse("fmt") { $0 = CBOR.array([]) }
    refuse("fmt") { $0 = CBOR.map([(CBOR.text("fmt"), CBOR.bytes([1]))]) }
    refuse("attStmt") { $0 = CBOR.map([(CBOR.text("fmt"), CBOR.text("none")), (CBOR.text("attStmt"), CBOR.array([]))]) }
    refuse("authData") {
      $0 = CBOR.map([(CBOR.text("fmt"), CBOR.text("none")), (CBOR.text("attStmt"), CBOR.map([])), (CBOR.text("authData"), CBOR.text("x"))])
    }
    let whole = SoftAuthenticator().create(challenge: challenges.make(for: .create, userID: "u")).attestationObject
    refuse("byte \(whole.count)") { $0 += [0] }
    // Nothing shorter is an object, and nothing crashes on it.
    for count in 0..<whole.count {
      #expect(throws: PasskeyFailure.self) { try register(SoftAuthenticator()) { $0.attestationObject = Array(whole[..<count]) } }
    }
  }

  @Test func step9AuthenticatorData() {
    let authenticator = SoftAuthenticator()
    authenticator.trailing = [1]
    #expect(throws: PasskeyFailure.malformedAuthenticatorData("1 bytes too many")) { try register(authenticator) }
    let whole = SoftAuthenticator().authenticatorData(attested: true)
    for count in 0..<whole.count {
      #expect(throws: PasskeyFailure.self) { try AuthenticatorData(Array(whole[..<count])) }
    }
    // Without a credential: an assertion's data.
    let bare = SoftAuthenticator().authenticatorData(attested: false)
    let object = CBOR.map([
      (CBOR.text("fmt"), CBOR.text("none")), (CBOR.text("attStmt"), CBOR.map([])), (CBOR.text("authData"), CBOR.bytes(bare)),
    ])
    #expect(throws: PasskeyFailure.malformedAuthenticatorData("no credential")) {
      try register(SoftAuthenticator()) { $0.attestationObject = object }
    }
  }

  @Test func step10RelyingParty() {
    let authenticator = SoftAuthenticator()
    authenticator.relyingPartyID = "example.org"
    #expect(throws: PasskeyFailure.wrongRelyingParty) { try register(authenticator) }
  }

  @Test func steps11And12User() {
    let authenticator = SoftAuthenticator()
    authenticator.flags = 0x04
    #expect(throws: PasskeyFailure.userNotPresent) { try register(authenticator) }
    authenticator.flags = 0x01
    #expect(throws: Never.self) { try register(authenticator) }
    let strict = RelyingParty(id: "example.com", name: "", origins: ["https://example.com"], requiresUserVerification: true)
    #expect(throws: PasskeyFailure.userNotVerified) { try register(authenticator, party: strict) }
    authenticator.flags = 0x05
    #expect(throws: Never.self) { try register(authenticator, party: strict) }
  }

  @Test func step13Backup() {
    let authenticator = SoftAuthenticator()
    authenticator.flags = 0x15
    #expect(throws: PasskeyFailure.backedUpButNotEligible) { try register(authenticator) }
    authenticator.flags = 0x0d
    #expect(throws: Never.self) { try register(authenticator) }
  }

  @Test(arguments: [
    // The algorithm: absent, ES384, RS1, text.
    (COSEAlgorithm.es256, 3 as Int64, CBOR.integer(-35), PasskeyFailure.algorithmNotOffered),
    (.rs256, 3, CBOR.integer(-65535), .algorithmNotOffered), (.es256, 3, CBOR.text("ES256"), .algorithmNotOffered),
    // An algorithm of another type of key.
    (.es256, 3, CBOR.integer(-8), .malformedKey("type")), (.edDSA, 3, CBOR.integer(-7), .malformedKey("type")),
    (.es256, 3, CBOR.integer(-257), .malformedKey("type")), (.rs256, 1, CBOR.integer(2), .malformedKey("type")),
    // Curves: P-384, secp256k1, Ed448, P-256 for Ed25519.
    (.es256, -1, CBOR.integer(2), .malformedKey("curve")), (.es256, -1, CBOR.integer(8), .malformedKey("curve")),
    (.edDSA, -1, CBOR.integer(7), .malformedKey("curve")), (.edDSA, -1, CBOR.integer(1), .malformedKey("curve")),
    // Sizes and points.
    (.es256, -2, CBOR.bytes(Array(repeating: 1, count: 31)), .malformedKey("size")),
    (.es256, -3, CBOR.bytes(Array(repeating: 1, count: 33)), .malformedKey("size")), (.es256, -3, [0xf5], .malformedKey("size")),
    (.es256, -3, CBOR.bytes(Array(repeating: 1, count: 32)), .malformedKey("point")),
    (.es256, -2, CBOR.bytes(Array(repeating: 0xff, count: 32)), .malformedKey("point")),
    (.edDSA, -2, CBOR.bytes([2] + Array(repeating: 0, count: 31)), .malformedKey("point")),
    (.edDSA, -2, CBOR.bytes(Array(repeating: 0xff, count: 32)), .malformedKey("point")),
    (.edDSA, -2, CBOR.bytes([1] + Array(repeating: 0, count: 30) + [0x80]), .malformedKey("point")),
    (.rs256, -1, CBOR.bytes(Array(repeating: 0xff, count: 128)), .malformedKey("size")),
    (.rs256, -1, CBOR.bytes(Array(repeating: 0x7f, count: 256)), .malformedKey("modulus")),
    (.rs256, -2, CBOR.bytes([3]), .malformedKey("exponent")),
  ])
  func step16Key(algorithm: COSEAlgorithm, label: Int64, value: [UInt8], failure: PasskeyFailure) {
    let authenticator = SoftAuthenticator(algorithm)
    authenticator.publicKey = SoftAuthenticator.coseKey(algorithm, authenticator.material, replacing: [label: value])
    #expect(throws: failure) { try register(authenticator) }
  }

  @Test func step17Format() {
    for format in ["fido-u2f", "tpm", "android-key", "android-safetynet", "apple", "compound", "None", ""] {
      let authenticator = SoftAuthenticator()
      authenticator.format = format
      #expect(throws: PasskeyFailure.unknownFormat(format)) { try register(authenticator) }
    }
  }

  @Test func step18None() {
    let authenticator = SoftAuthenticator()
    authenticator.statement = CBOR.map([(CBOR.text("alg"), CBOR.integer(-7))])
    #expect(throws: PasskeyFailure.attestationStatement("none says something")) { try register(authenticator) }
  }

  @Test func step18PackedSelf() {
    let authenticator = SoftAuthenticator()
    authenticator.format = "packed"
    let alg = (CBOR.text("alg"), CBOR.integer(-7))
    let signature = (CBOR.text("sig"), CBOR.bytes([1, 2, 3]))
    for (members, problem) in [
      ([], "alg"), ([(CBOR.text("alg"), CBOR.integer(-35)), signature], "alg"), ([alg], "sig"), ([alg, signature], "signature"),
      ([(CBOR.text("alg"), CBOR.integer(-8)), signature], "alg is not the credential's"),
      ([alg, signature, (CBOR.text("ecdaaKeyId"), CBOR.bytes([1]))], "a member that packed does not have"),
      ([alg, signature, (CBOR.text("x5c"), CBOR.array([]))], "x5c"), ([alg, signature, (CBOR.text("x5c"), CBOR.bytes([]))], "x5c"),
      ([alg, signature, (CBOR.text("x5c"), CBOR.array([CBOR.bytes([0x30, 0])]))], "x5c"),
    ] as [([([UInt8], [UInt8])], String)] {
      authenticator.statement = CBOR.map(members)
      #expect(throws: PasskeyFailure.attestationStatement(problem)) { try register(authenticator) }
    }
    // Signed by another key of the same kind.
    let other = SoftAuthenticator()
    authenticator.statement = other.packed(Array("anything".utf8))
    #expect(throws: PasskeyFailure.attestationStatement("signature")) { try register(authenticator) }
  }

  @Test func step21CredentialID() {
    let authenticator = SoftAuthenticator()
    authenticator.credentialID = [UInt8](repeating: 7, count: 1023)
    #expect(throws: Never.self) { try register(authenticator) }
    authenticator.credentialID = [UInt8](repeating: 7, count: 1024)
    #expect(throws: PasskeyFailure.credentialIDTooLong) { try register(authenticator) }
  }

  @Test func step23Extensions() {
    let authenticator = SoftAuthenticator()
    for extensions in [[0xff], CBOR.array([]), CBOR.text("x"), [0xa1], [0xbf, 0xff]] {
      authenticator.extensions = extensions
      #expect(throws: PasskeyFailure.malformedExtensions) { try register(authenticator) }
    }
  }
}
