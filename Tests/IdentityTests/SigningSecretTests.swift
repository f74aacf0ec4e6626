import Glibc
import Platform
import Testing

@testable import Identity

@Suite struct SigningSecretTests {
  static func withDirectory(_ body: (String) throws -> Void) rethrows {
    let directory = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/weft-identity-\(getpid())-\(SystemRandom().word())"
    mkdir(directory, 0o700)
    defer {
      unlink(directory + "/jwt.secret")
      unlink(directory + "/hash.secret")
      rmdir(directory)
    }
    try body(directory)
  }

  @Test func thirtyTwoBytesAreEnoughAndUsedAsTheyAre() throws {
    let text = "密钥密钥密钥密钥密钥12"
    #expect(try SigningSecret(text).bytes == Array(text.utf8))
    let error = #expect(throws: IdentityError.self) { try SigningSecret(String(repeating: "s", count: 31)) }
    #expect(error == .secret("the signing secret has 31 bytes; it takes at least 32"))
  }

  @Test func isMadeOnceForItsOwnerAloneAndThenKept() throws {
    try Self.withDirectory { directory in
      let first = try SigningSecret.loadOrCreate(directory: directory, random: SystemRandom())
      #expect(first.bytes.count == 64)
      var status = stat()
      #expect(stat(directory + "/jwt.secret", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      #expect(try SigningSecret.loadOrCreate(directory: directory, random: SystemRandom()).bytes == first.bytes)
    }
  }

  @Test func aFileThatHoldsTooLittleIsAnErrorNotAReasonToMakeAnother() throws {
    Self.withDirectory { directory in
      let file = open(directory + "/jwt.secret", O_WRONLY | O_CREAT, 0o600)
      #expect(write(file, "short\n", 6) == 6)
      close(file)
      #expect(throws: IdentityError.self) { try SigningSecret.loadOrCreate(directory: directory, random: SystemRandom()) }
    }
  }

  @Test func aMissingDirectoryIsNamed() {
    let error = #expect(throws: IdentityError.self) {
      try SigningSecret.loadOrCreate(directory: "/nonexistent", random: SystemRandom())
    }
    guard case .secret(let text)? = error else {
      Issue.record("another error")
      return
    }
    #expect(text.contains("/nonexistent/jwt.secret"))
  }

  @Test func derivedKeysDifferByPurpose() throws {
    let secret = try SigningSecret(String(repeating: "s", count: 32))
    #expect(secret.derived(for: "a").code([1]) == secret.derived(for: "a").code([1]))
    #expect(secret.derived(for: "a").code([1]) != secret.derived(for: "b").code([1]))
    #expect(secret.derived(for: "a").code([1]) != MessageAuthenticator(key: secret.bytes).code([1]))
  }
}
