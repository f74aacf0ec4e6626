import Testing

@testable import CustomerService

@Suite struct ClientCredentialsTests {
  @Test func inTheHeader() throws {
    // client:secret, and once more encoded as RFC 6749, section 2.3.1, asks for: c%3A+1:s%25.
    #expect(try ClientCredentials(authorization: "Basic Y2xpZW50OnNlY3JldA==", id: "", secret: "") == .init("client", "secret"))
    #expect(try ClientCredentials(authorization: "Basic Y2xpZW50OnNlY3JldA==", id: "client", secret: "") == .init("client", "secret"))
    #expect(try ClientCredentials(authorization: "Basic YyUzQSsxOnMlMjU=", id: "", secret: "") == .init("c: 1", "s%"))
  }

  @Test func inTheForm() throws {
    #expect(try ClientCredentials(authorization: nil, id: "client", secret: "secret") == .init("client", "secret"))
    #expect(try ClientCredentials(authorization: nil, id: "client", secret: "") == .init("client", nil))
    // A bearer token is no client's authentication.
    #expect(try ClientCredentials(authorization: "Bearer x", id: "client", secret: "s") == .init("client", "s"))
  }

  @Test func twoWaysAtOnceAreAnError() {
    let header = "Basic Y2xpZW50OnNlY3JldA=="
    #expect(throws: OAuthError.invalidRequest(.twoAuthentications)) {
      try ClientCredentials(authorization: header, id: "client", secret: "secret")
    }
    #expect(throws: OAuthError.invalidRequest(.twoAuthentications)) {
      try ClientCredentials(authorization: header, id: "other", secret: "")
    }
  }

  @Test func noneAndMalformedOnesAreNoClient() {
    #expect(throws: OAuthError.invalidClient) { try ClientCredentials(authorization: nil, id: "", secret: "s") }
    #expect(throws: OAuthError.invalidClient) { try ClientCredentials(authorization: "Basic !", id: "client", secret: "s") }
    // c%ZZ:s
    #expect(throws: OAuthError.invalidClient) { try ClientCredentials(authorization: "Basic YyVaWjpz", id: "", secret: "") }
  }
}

extension ClientCredentials {
  fileprivate init(_ id: String, _ secret: String?) {
    // The memberwise way, which the checks of the other one would hide.
    self = try! ClientCredentials(authorization: nil, id: id, secret: secret ?? "")  // never throws: the id is not empty
  }
}
