import Testing

@testable import CustomerService

@Suite struct OAuthScopeTests {
  @Test func readsNamesOnceInTheirOrder() {
    #expect(OAuthScope(parsing: "openid  email openid")?.names == ["openid", "email"])
    #expect(OAuthScope(parsing: "")?.isEmpty == true)
    #expect(OAuthScope(["b", "a"]).text == "b a")
  }

  @Test(arguments: [
    "a\"b", "a\\b", "a\tb", "权限", "a\u{7f}", String(repeating: "x", count: 65), (0..<33).map { "s\($0)" }.joined(separator: " "),
  ])
  func refusesWhatIsMalformed(_ text: String) {
    #expect(OAuthScope(parsing: text) == nil)
  }

  @Test func aClientGetsWhatItIsRegisteredFor() {
    let client = OAuthClient.sample(scopes: ["openid", "email", "reports"])
    #expect(client.scope(requested: nil)?.names == ["openid", "email", "reports"])
    #expect(client.scope(requested: "email openid")?.names == ["email", "openid"])
    // Names that are not understood are left out (OpenID Connect Core 1.0, section 3.1.2.1).
    #expect(client.scope(requested: "openid address foo")?.names == ["openid"])
    #expect(client.scope(requested: "address") == nil)
    #expect(client.scope(requested: "a\"") == nil)
  }

  @Test func aTokenOfItsOwnIsAboutNoUser() {
    let client = OAuthClient.sample(scopes: ["openid", "email", "reports"])
    #expect(client.ownScope(requested: "")?.names == ["reports"])
    #expect(client.ownScope(requested: "openid reports")?.names == ["reports"])
    #expect(client.ownScope(requested: "openid")?.names == [])
    #expect(client.ownScope(requested: "other") == nil)
  }
}
