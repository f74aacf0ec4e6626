import Testing

@testable import RPC

@Suite struct GatewaySecretTests {
  @Test func onlyTheSecretItselfMatches() throws {
    let secret = try #require(GatewaySecret("correct horse"))
    #expect(secret.matches("correct horse"))
    for other in ["", "correct hors", "correct horsf", "correct horse ", "Correct horse", "correct horsecorrect horse"] {
      #expect(!secret.matches(other))
    }
  }

  @Test func withoutASecretNobodyIsTrusted() {
    #expect(GatewaySecret(nil) == nil)
    #expect(GatewaySecret("") == nil)
  }
}
