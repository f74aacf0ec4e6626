import Platform
import Testing

@testable import Identity

@Suite struct AccessTokenTests {
  static let secretText = "0123456789abcdef0123456789abcdef"
  static let start: Int64 = 1_704_067_200

  struct Fixture {
    let time = ManualTime(wallMicroseconds: start * 1_000_000)
    let signer: AccessTokenSigner
    let secret: SigningSecret

    init(issuer: String = "weft-csa", audience: String = "csa", secret: String = secretText) throws {
      self.secret = try SigningSecret(secret)
      signer = AccessTokenSigner(
        issuer: issuer, audience: audience, secret: self.secret, time: time, random: SeededRandom(seed: 7))
    }

    func issue() -> String { signer.issue(subject: "65920080aaaaaaaaaaaaaaaa", role: "user", epoch: 3).text }

    /// A token with any header and payload, rightly signed.
    func forge(header: String = #"{"alg":"HS256","typ":"JWT"}"#, payload: String) -> String {
      let signed = Base64.encode(Array(header.utf8), .url) + "." + Base64.encode(Array(payload.utf8), .url)
      return signed + "." + Base64.encode(MessageAuthenticator(key: secret.bytes).code(Array(signed.utf8)), .url)
    }
  }

  /// The claims of a good token with one of them replaced by other JSON, or left out.
  static func payload(replacing name: String = "", with value: String? = nil) -> String {
    let members = [
      ("iss", #""weft-csa""#), ("aud", #""csa""#), ("sub", #""u1""#), ("role", #""user""#), ("typ", #""access""#),
      ("jti", #""t1""#), ("epoch", "0"), ("iat", "\(start)"), ("exp", "\(start + 60)"),
    ]
    var texts = members.filter { $0.0 != name }.map { #""\#($0.0)":\#($0.1)"# }
    if let value { texts.append(#""\#(name)":\#(value)"#) }
    return "{" + texts.joined(separator: ",") + "}"
  }

  @Test func whatWasIssuedIsVerified() throws {
    let fixture = try Fixture()
    let claims = try fixture.signer.verify(fixture.issue())
    #expect(claims.issuer == "weft-csa" && claims.audience == "csa")
    #expect(claims.subject == "65920080aaaaaaaaaaaaaaaa" && claims.role == "user" && claims.epoch == 3)
    #expect(claims.issuedAt == Self.start && claims.expiresAt == Self.start + 1800)
    #expect(claims.tokenID.utf8.count == 22)
  }

  @Test func theHeaderIsTheDocumentsOwn() throws {
    #expect(try Fixture().issue().hasPrefix("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."))
  }

  @Test func everyTokenHasAnIDOfItsOwn() throws {
    let fixture = try Fixture()
    #expect(try fixture.signer.verify(fixture.issue()).tokenID != fixture.signer.verify(fixture.issue()).tokenID)
  }

  @Test func expiryIsAskedAnewThoughTheTokenIsRemembered() throws {
    let fixture = try Fixture()
    let token = fixture.issue()
    fixture.time.advance(by: .seconds(1799))
    _ = try fixture.signer.verify(token)
    fixture.time.advance(by: .seconds(1))
    #expect(throws: TokenError.expired) { try fixture.signer.verify(token) }
  }

  @Test func aTokenOfTheFutureIsNotYetValid() throws {
    let fixture = try Fixture()
    let token = fixture.forge(payload: Self.payload(replacing: "nbf", with: "\(Self.start + 10)"))
    #expect(throws: TokenError.notYetValid) { try fixture.signer.verify(token) }
    fixture.time.advance(by: .seconds(10))
    #expect(try fixture.signer.verify(token).notBefore == Self.start + 10)
  }

  @Test func everySingleCharacterCounts() throws {
    let fixture = try Fixture()
    let token = Array(fixture.issue().utf8)
    _ = try fixture.signer.verify(String(decoding: token, as: UTF8.self))
    for index in token.indices {
      var changed = token
      changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(throws: TokenError.self, "character \(index)") {
        try fixture.signer.verify(String(decoding: changed, as: UTF8.self))
      }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let fixture = try Fixture()
    let token = fixture.issue()
    _ = try fixture.signer.verify(token)
    for count in 0..<token.utf8.count {
      #expect(throws: TokenError.self) { try fixture.signer.verify(String(token.prefix(count))) }
    }
    for suffix in ["=", ".", "A", " ", "\n", ".AAAA"] {
      #expect(throws: TokenError.self) { try fixture.signer.verify(token + suffix) }
    }
  }

  @Test(arguments: [
    (#"{"alg":"none","typ":"JWT"}"#, TokenError.algorithm), (#"{"alg":"None","typ":"JWT"}"#, .algorithm),
    (#"{"alg":"hs256","typ":"JWT"}"#, .algorithm), (#"{"alg":"HS384","typ":"JWT"}"#, .algorithm),
    (#"{"alg":"RS256","typ":"JWT"}"#, .algorithm), (#"{"typ":"JWT"}"#, .algorithm), (#"{"alg":["HS256"],"typ":"JWT"}"#, .algorithm),
    (#"{"alg":"HS256"}"#, .type), (#"{"alg":"HS256","typ":"at+jwt"}"#, .type),
    (#"{"alg":"HS256","typ":"JWT","crit":["x"],"x":1}"#, .type), (#"{"alg":"HS256","typ":"JWT","jwk":{}}"#, .type),
    (#"{"alg":"HS256","alg":"HS256","typ":"JWT"}"#, .malformed), ("", .malformed), ("[]", .malformed), ("null", .malformed),
  ])
  func anotherHeaderIsRefusedThoughTheSignatureFits(header: String, error: TokenError) throws {
    let fixture = try Fixture()
    let token = fixture.forge(header: header, payload: Self.payload())
    #expect(throws: error) { try fixture.signer.verify(token) }
  }

  @Test func noneWithoutSignatureIsRefused() throws {
    let fixture = try Fixture()
    let header = Base64.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8), .url)
    let payload = Base64.encode(Array(Self.payload().utf8), .url)
    #expect(throws: TokenError.self) { try fixture.signer.verify("\(header).\(payload).") }
    #expect(throws: TokenError.self) { try fixture.signer.verify("\(header).\(payload)") }
  }

  @Test(
    arguments: [
      ("iss", #""weft-cowriting""#, TokenError.issuer), ("iss", nil, .issuer), ("iss", "1", .issuer),
      ("aud", #""cowriting""#, .audience), ("aud", nil, .audience), ("aud", #"["csa"]"#, .audience),
      ("typ", #""refresh""#, .type), ("typ", nil, .type), ("typ", #""id""#, .type),
      ("sub", nil, .malformed), ("sub", "5", .malformed), ("role", nil, .malformed), ("jti", nil, .malformed),
      ("epoch", nil, .malformed), ("epoch", #""0""#, .malformed), ("iat", nil, .malformed), ("exp", nil, .malformed),
      ("exp", #""never""#, .malformed), ("exp", "null", .malformed), ("exp", "1e99", .malformed),
      ("exp", "99999999999999999999", .malformed), ("exp", "0", .expired), ("exp", "-1", .expired), ("nbf", #""x""#, .malformed),
    ] as [(String, String?, TokenError)])
  func aWrongClaimIsRefusedThoughTheSignatureFits(name: String, value: String?, error: TokenError) throws {
    let fixture = try Fixture()
    let token = fixture.forge(payload: Self.payload(replacing: name, with: value))
    #expect(throws: error) { try fixture.signer.verify(token) }
  }

  @Test(arguments: [
    "", "{}x", "[]", "{\"iss\":\"weft-csa\"", #"{"a":1,"a":1}"#, "{\"a\":\"\u{1}\"}", #"{"a":01}"#, #"{"a":1.}"#, #"{'a':1}"#,
    String(repeating: "[", count: 3000), #"{"a":"\ud800"}"#, #"{"a":"\x"}"#, #"{"a":tru}"#, "{,}", #"{"a":1,}"#,
  ])
  func aPayloadThatIsNoObjectIsRefused(payload: String) throws {
    let fixture = try Fixture()
    #expect(throws: TokenError.self) { try fixture.signer.verify(fixture.forge(payload: payload)) }
  }

  @Test func membersInAnotherOrderWithSpacesAndStrangersAreRead() throws {
    let fixture = try Fixture()
    let payload = """
      { "exp" : \(Self.start + 60).75 , "iat":\(Self.start),"x":[1,{"y":[true,false,null]}],"role":"\\u0061dmin","epoch":0,
        "jti":"t","typ":"access","sub":"\\ud83d\\ude00","aud":"csa","iss":"weft-csa" }
      """
    let token = fixture.forge(header: #"{ "typ": "JWT", "alg": "HS256" }"#, payload: payload)
    let claims = try fixture.signer.verify(token)
    #expect(claims.role == "admin" && claims.subject == "😀" && claims.expiresAt == Self.start + 60)
  }

  @Test func tokensOfAnotherApplicationOrSecretAreRefused() throws {
    let fixture = try Fixture()
    #expect(throws: TokenError.issuer) {
      try fixture.signer.verify(Fixture(issuer: "weft-cowriting", audience: "cowriting").issue())
    }
    #expect(throws: TokenError.signature) {
      try fixture.signer.verify(Fixture(secret: "another secret of thirty-two bytes").issue())
    }
  }

  @Test func aHugeTokenIsRefusedBeforeAnythingElse() throws {
    let fixture = try Fixture()
    #expect(throws: TokenError.tooLong) { try fixture.signer.verify(String(repeating: "A", count: 5000)) }
    #expect(throws: TokenError.malformed) { try fixture.signer.verify(String(repeating: ".", count: 4096)) }
  }

  @Test func aTokenRememberedForOneIsNotAnothers() throws {
    let fixture = try Fixture()
    let small = AccessTokenSigner(
      issuer: "weft-csa", audience: "csa", secret: fixture.secret, time: fixture.time, random: SeededRandom(seed: 9), cacheMax: 1)
    // Far more tokens than places: they push each other out and are told apart all the same.
    let tokens = (0..<200).map { small.issue(subject: "user \($0)", role: "user", epoch: 0).text }
    for _ in 0..<2 {
      for (index, token) in tokens.enumerated() { #expect(try small.verify(token).subject == "user \(index)") }
    }
  }
}
