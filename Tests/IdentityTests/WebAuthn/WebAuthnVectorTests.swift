import Foundation
import TestSupport
import Testing

@testable import Identity

/// Signatures and keys that NIST and others have published (PyPI's cryptography-vectors), and ceremonies made by Yubico's `fido2`, where
/// the environment names a Python that has both (`WEFT_PYTHON`).
@Suite(.enabled(if: TestPython.isAvailable, "WEFT_PYTHON names a Python with fido2 and cryptography-vectors"))
struct WebAuthnVectorTests {
  struct Vector: Decodable {
    let kind: String
    var name: String?
    var source: String?
    var key: String?
    var message: String?
    var signature: String?
    var valid: Bool?
    var challenge: String?
    var credentialID: String?
    var clientDataJSON: String?
    var attestationObject: String?
    var authenticatorData: String?
    var problem: String?
  }

  static let vectors = Task {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let tests = folder.deletingLastPathComponent().deletingLastPathComponent()
    let script = "import runpy, sys; sys.argv[0] = sys.argv[1]; del sys.argv[1]; runpy.run_path(sys.argv[0])"
    let lines = try await TestPython.run(script, [folder.appending(path: "vectors.py").path(), tests.appending(path: "EndToEnd").path()])
    return try lines.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Vector.self, from: Data($0)) }
  }

  private func bytes(_ text: String?) throws -> [UInt8] {
    let digits = Array(try #require(text).utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) }
  }

  @Test func publishedSignatures() async throws {
    var counts: [String: Int] = [:]
    for vector in try await Self.vectors.value where vector.kind == "signature" {
      let key = try PasskeyKey(publicKey: bytes(vector.key))
      let isValid = try key.verifies(bytes(vector.signature), of: bytes(vector.message))
      #expect(isValid == vector.valid, "\(vector)")
      counts["\(vector.source ?? "") \(isValid)", default: 0] += 1
    }
    #expect(counts["Ed25519 sign.input true"] == 1024)
    for source in ["FIPS 186-3 SigVer", "FIPS 186-3 SigVer15"] {
      #expect(counts["\(source) true", default: 0] > 0 && counts["\(source) false", default: 0] > 0, "\(counts)")
    }
  }

  @Test func publishedKeys() async throws {
    let keys = try await Self.vectors.value.filter { $0.kind == "key" }
    #expect(keys.count == 12)
    for vector in keys {
      let key = try? PasskeyKey(publicKey: bytes(vector.key))
      #expect((key != nil) == vector.valid, "\(vector)")
    }
  }

  @Test func registrationsMadeByFido2() async throws {
    let vectors = try await Self.vectors.value.filter { $0.kind == "create" }
    #expect(vectors.count == 20)
    for vector in vectors {
      let response = AttestationResponse(
        credentialID: try bytes(vector.credentialID), clientDataJSON: try bytes(vector.clientDataJSON),
        attestationObject: try bytes(vector.attestationObject))
      let clientData = try ClientData(response.clientDataJSON, of: .create)
      #expect(try clientData.challenge == bytes(vector.challenge))
      if let problem = vector.problem {
        #expect(throws: PasskeyFailure.attestationStatement(problem), "\(vector)") {
          try SoftAuthenticator.party.verify(response, clientData)
        }
      } else {
        let passkey = try SoftAuthenticator.party.verify(response, clientData)
        #expect(passkey.credentialID == response.credentialID && passkey.modelID == Array(0..<16), "\(vector)")
      }
    }
  }

  @Test func assertionsMadeByFido2() async throws {
    let vectors = try await Self.vectors.value.filter { $0.kind == "get" }
    #expect(vectors.count == 3)
    for vector in vectors {
      let response = AssertionResponse(
        credentialID: [], clientDataJSON: try bytes(vector.clientDataJSON), authenticatorData: try bytes(vector.authenticatorData),
        signature: try bytes(vector.signature))
      let use = try SoftAuthenticator.party.verify(
        response, ClientData(response.clientDataJSON, of: .get), key: PasskeyKey(publicKey: bytes(vector.key)), isBackupEligible: false)
      #expect(use == PasskeyUse(signCount: 1, isUserVerified: true, isBackedUp: false), "\(vector)")
    }
  }
}
