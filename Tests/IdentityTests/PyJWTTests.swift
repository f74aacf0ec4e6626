import Foundation
import Platform
import TestSupport
import Testing

@testable import Identity

/// Both ways with PyJWT itself, where the environment names a Python that has it (`WEFT_PYTHON`).
@Suite struct PyJWTTests {
  @Test(.enabled(if: TestPython.isAvailable, "WEFT_PYTHON names a Python with PyJWT"))
  func pyJWTReadsOurTokensAndWeReadItsOwn() async throws {
    let secret = "0123456789abcdef0123456789abcdef"
    let signer = AccessTokenSigner(
      issuer: "weft-csa", audience: "csa", secret: try SigningSecret(secret), time: SystemTime(), random: SystemRandom())
    let token = signer.issue(subject: "用户 \"1\"\n", role: "user", epoch: 5).text
    let script = """
      import jwt, sys, json
      claims = jwt.decode(sys.argv[1], sys.argv[2], algorithms=["HS256"], audience="csa", issuer="weft-csa",
                          options={"require": ["exp", "iat", "sub", "jti"]})
      claims["role"] = "admin"
      print(jwt.encode(claims, sys.argv[2], "HS256"))
      """
    let answer = String(decoding: try await TestPython.run(script, [token, secret]), as: UTF8.self)
    let claims = try signer.verify(answer.trimmingCharacters(in: .newlines))
    #expect(claims.subject == "用户 \"1\"\n" && claims.role == "admin" && claims.epoch == 5)
  }
}
