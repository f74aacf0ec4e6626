import Foundation
import Platform
import Testing

@testable import Identity

/// Both ways with PyJWT itself, where the environment names a Python that has it (`WEFT_PYTHON`).
@Suite struct PyJWTTests {
  static let python = ProcessInfo.processInfo.environment["WEFT_PYTHON"]

  static func run(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = ["-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  @Test(.enabled(if: python != nil, "WEFT_PYTHON names a Python with PyJWT"))
  func pyJWTReadsOurTokensAndWeReadItsOwn() throws {
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
    let claims = try signer.verify(Self.run(script, [token, secret]))
    #expect(claims.subject == "用户 \"1\"\n" && claims.role == "admin" && claims.epoch == 5)
  }
}
