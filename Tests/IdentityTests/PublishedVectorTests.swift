import Glibc
import Platform
import Testing

@testable import Identity

/// Codes and tokens that others have published or made.
@Suite struct PublishedVectorTests {
  /// RFC 7515, appendix A.1: its key, its signing input and its signature.
  @Test func rfc7515AppendixA1() throws {
    let key = try #require(
      Base64.decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow".utf8, .url))
    let signed =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    let code = MessageAuthenticator(key: key).code(Array(signed.utf8))
    #expect(Base64.encode(code, .url) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")

    // The whole token gets as far as its claims, which are somebody else's.
    let signer = AccessTokenSigner(
      issuer: "joe", audience: "csa", secret: try SigningSecret(bytes: key), time: ManualTime(), random: SystemRandom())
    #expect(throws: TokenError.type) { try signer.verify(signed + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") }
    #expect(throws: TokenError.signature) { try signer.verify(signed + ".eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") }
  }

  /// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
  @Test(arguments: [
    ([UInt8](repeating: 0x0b, count: 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (Array("Jefe".utf8), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
      [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func rfc4231(key: [UInt8], message: String, code: String) {
    let authenticator = MessageAuthenticator(key: key)
    for _ in 0..<3 {
      #expect(authenticator.code(Array(message.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == code)
    }
  }

  /// Made by PyJWT 2 with `jwt.encode(claims, "0123456789abcdef0123456789abcdef", "HS256")`, and once more with a
  /// header in another order.
  @Test(arguments: [
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ3ZWZ0LWNzYSIsImF1ZCI6ImNzYSIsInN1YiI6IjY1OTIwMDgwYWFhYWFhYWFhY"
      + "WFhYWFhYSIsInJvbGUiOiJcdTdiYTFcdTc0MDZcdTU0NTgiLCJ0eXAiOiJhY2Nlc3MiLCJqdGkiOiJ0MSIsImVwb2NoIjowLCJpYXQiOjE3MDQ"
      + "wNjcyMDAsImV4cCI6NDEwMjQ0NDgwMH0.xtCdFq_nTcIEhybstnRbpkibhEAoVPtIL-V-Mh-pqxQ",
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTcwNDA2NzIwMCwiZXBvY2giOjAsImp0aSI6InQxI"
      + "iwidHlwIjoiYWNjZXNzIiwicm9sZSI6Ilx1N2JhMVx1NzQwNlx1NTQ1OCIsInN1YiI6IjY1OTIwMDgwYWFhYWFhYWFhYWFhYWFhYSIsImF1ZCI"
      + "6ImNzYSIsImlzcyI6IndlZnQtY3NhIn0.VomrmW490QeYoAH7UiXMCsvNQ4jbKBl8RnnwuR_gu8Y",
    "eyJ0eXAiOiAiSldUIiwgImFsZyI6ICJIUzI1NiJ9.ewogImlzcyI6ICJ3ZWZ0LWNzYSIsCiAiYXVkIjogImNzYSIsCiAic3ViIjogIjY1OTIwM"
      + "DgwYWFhYWFhYWFhYWFhYWFhYSIsCiAicm9sZSI6ICLnrqHnkIblkZgiLAogInR5cCI6ICJhY2Nlc3MiLAogImp0aSI6ICJ0MSIsCiAiZXBvY2g"
      + "iOiAwLAogImlhdCI6IDE3MDQwNjcyMDAsCiAiZXhwIjogNDEwMjQ0NDgwMAp9.bmzbkdJtj1F9amZg7r7eSywSbcZEINwM0jbtzH7nCJE",
  ])
  func tokensMadeByPyJWT(token: String) throws {
    let signer = AccessTokenSigner(
      issuer: "weft-csa", audience: "csa", secret: try SigningSecret("0123456789abcdef0123456789abcdef"), time: ManualTime(),
      random: SystemRandom())
    let claims = try signer.verify(token)
    #expect(claims.subject == "65920080aaaaaaaaaaaaaaaa" && claims.role == "管理员" && claims.expiresAt == 4_102_444_800)
  }

  /// Made by argon2-cffi, with our cost and with another.
  @Test(arguments: [
    ("correct horse 电池", "$argon2id$v=19$m=19456,t=2,p=1$b6w4ryNDungFy3eqqw7ZOg$AmO3zljQvnJ+Nm9xqDejD18MawBPxGfyvjPGKpxthLI"),
    ("", "$argon2id$v=19$m=64,t=1,p=4$uyPtEVREtA0$QmKvUGgRgQYD2VMw3qa6xw"),
  ])
  func hashesMadeByOthers(password: String, hash: String) async throws {
    let hasher = PasswordHasher(threads: 1, random: SystemRandom())
    #expect(try await hasher.verify(password, against: hash))
    #expect(try await !hasher.verify(password + " ", against: hash))
    await hasher.close()
  }
}
