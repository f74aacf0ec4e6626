import Testing

@testable import CustomerService

@Suite struct AuthorizationRequestTests {
  private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

  private static func client(isPublic: Bool = false, redirectURIs: [String] = ["https://a.example/cb"], isActive: Bool = true)
    -> OAuthClient
  {
    OAuthClient(
      id: "507f1f77bcf86cd799439013", name: "A", secretDigest: isPublic ? nil : [1], redirectURIs: redirectURIs,
      scopes: OAuthScope(["openid", "email"]), grantTypes: ["authorization_code"], idTokenAlgorithm: "RS256", isActive: isActive,
      createdAt: 0)
  }

  private static func parameters(_ changes: [AuthorizationParameters.Name: [String]] = [:]) -> AuthorizationParameters {
    var values: [AuthorizationParameters.Name: [String]] = [
      .responseType: ["code"], .clientID: ["507f1f77bcf86cd799439013"], .redirectURI: ["https://a.example/cb"], .scope: ["openid"],
      .state: ["s"], .codeChallenge: [challenge], .codeChallengeMethod: ["S256"],
    ]
    values.merge(changes) { $1 }
    return AuthorizationParameters(values.map { ($0.key, $0.value) })
  }

  private static func failure(_ parameters: AuthorizationParameters, _ client: OAuthClient?) -> AuthorizationFailure? {
    do throws(AuthorizationFailure) {
      _ = try AuthorizationRequest(parameters, client: client)
      return nil
    } catch {
      return error
    }
  }

  @Test func whatIsAskedForIsRead() throws {
    let request = try AuthorizationRequest(
      Self.parameters([.prompt: ["login consent"], .maxAge: ["60"], .nonce: ["n"]]), client: Self.client())
    #expect(request.redirectURI == "https://a.example/cb")
    #expect(request.prompts == [.login, .consent])
    #expect(request.maxAge == 60)
    #expect(
      request.code
        == AuthorizationCodes.Request(
          clientID: "507f1f77bcf86cd799439013", redirectURI: "https://a.example/cb", redirectURIGiven: true, scope: OAuthScope(["openid"]),
          challenge: Self.challenge, nonce: "n"))
  }

  @Test func nobodyIsSentToWhereTheClientIsNot() {
    #expect(Self.failure(Self.parameters(), nil) == .shown(.unknownClient))
    #expect(Self.failure(Self.parameters(), Self.client(isActive: false)) == .shown(.unknownClient))
    #expect(Self.failure(Self.parameters([.redirectURI: ["https://b.example/cb"]]), Self.client()) == .shown(.wrongRedirectURI))
    // Everything else that is wrong with it does not make it known.
    #expect(
      Self.failure(Self.parameters([.redirectURI: ["https://b.example/cb"], .responseType: []]), Self.client()) == .shown(.wrongRedirectURI)
    )
    let two = Self.client(redirectURIs: ["https://a.example/cb", "https://a.example/other"])
    #expect(Self.failure(Self.parameters([.redirectURI: [], .scope: ["email"]]), two) == .shown(.wrongRedirectURI))
    #expect(Self.failure(Self.parameters([.redirectURI: []]), Self.client()) == .shown(.wrongRedirectURI))
    #expect(Self.failure(Self.parameters([.redirectURI: [], .scope: ["email"]]), Self.client()) == nil)
  }

  @Test func aClientWithoutSecretNeedsAProof() {
    let bare = Self.parameters([.codeChallenge: [], .codeChallengeMethod: []])
    #expect(Self.failure(bare, Self.client()) == nil)
    guard case .returned(let error)? = Self.failure(bare, Self.client(isPublic: true)) else {
      Issue.record("a public client was let through without a challenge")
      return
    }
    #expect(error.code == .invalidRequest)
  }

  @Test func theCanonicalTextIsTheRequest() throws {
    let parameters = Self.parameters([.state: ["a&b=c d\u{0}ü"], .prompt: ["login select_account consent"], .maxAge: ["0"]])
    let back = try #require(AuthorizationParameters(canonical: parameters.canonical))
    #expect(back == parameters)
    #expect(back.canonical == parameters.canonical)
    #expect(AuthorizationParameters(canonical: parameters.canonical + "&state=other") == nil)
    #expect(AuthorizationParameters(canonical: parameters.canonical + "&unknown=1") == nil)
    #expect(AuthorizationParameters(canonical: "state=" + String(repeating: "s", count: 6000)) == nil)
    let after = back.afterSignIn
    #expect(after[.prompt] == "consent" && after[.maxAge] == nil && after[.state] == back[.state])
    #expect(back.with(.english)[.uiLocales] == "en")
  }

  @Test func maxAgeCountsWholeSecondsSinceSigningIn() throws {
    let request = try AuthorizationRequest(Self.parameters([.maxAge: ["10"]]), client: Self.client())
    #expect(!request.wantsSignIn(after: 1_999_999, now: 11_500_000))
    #expect(request.wantsSignIn(after: 1_999_999, now: 12_000_000))
    let always = try AuthorizationRequest(Self.parameters([.prompt: ["login"]]), client: Self.client())
    #expect(always.wantsSignIn(after: 5_000_000, now: 5_000_000))
  }
}
