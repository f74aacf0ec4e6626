import Testing

@testable import CustomerService

@Suite struct PKCETests {
  /// RFC 7636, appendix B.
  @Test func thePublishedVector() {
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    #expect(PKCE.isChallenge(challenge))
    #expect(PKCE.verifies(verifier, challenge))
    #expect(!PKCE.verifies(verifier + "a", challenge))
    #expect(!PKCE.verifies(challenge, challenge))
  }

  @Test func lengthAndAlphabet() {
    #expect(!PKCE.isVerifier(String(repeating: "a", count: 42)) && PKCE.isVerifier(String(repeating: "a", count: 43)))
    #expect(PKCE.isVerifier(String(repeating: "~", count: 128)) && !PKCE.isVerifier(String(repeating: "a", count: 129)))
    #expect(!PKCE.isVerifier(String(repeating: "a", count: 42) + "+"))
    #expect(
      !PKCE.isChallenge("") && !PKCE.isChallenge(String(repeating: "=", count: 43)) && !PKCE.isChallenge(String(repeating: "a", count: 44)))
  }
}
