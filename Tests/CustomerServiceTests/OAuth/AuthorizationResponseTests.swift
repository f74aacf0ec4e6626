import Testing

@testable import CustomerService

@Suite struct AuthorizationResponseTests {
  @Test func anErrorCarriesStateAndIssuer() {
    let error = AuthorizationError(
      code: .accessDenied, description: "the user has refused", redirectURI: "https://a.example/cb?x=1", state: "a&b")
    #expect(
      AuthorizationResponse.url(error, issuer: "https://op.example")
        == "https://a.example/cb?x=1&error=access_denied&error_description=the%20user%20has%20refused&state=a%26b&iss=https%3A%2F%2Fop.example"
    )
  }

  @Test(
    arguments: [
      ("https://a.example/cb", "a.example", nil),
      ("https://a.example:8443?x", "a.example:8443", nil),
      ("http://127.0.0.1:9/cb", "127.0.0.1:9", nil),
      ("http://[::1]:9/cb", "[::1]:9", nil),
      ("com.example.app:/cb", "com.example.app", "com.example.app"),
      ("com.example.app:///cb", "com.example.app", "com.example.app"),
    ] as [(String, String, String?)])
  func peopleReadWhereTheyGo(uri: String, destination: String, scheme: String?) {
    #expect(AuthorizationResponse.destination(uri) == destination)
    #expect(AuthorizationResponse.applicationScheme(uri) == scheme)
  }
}
