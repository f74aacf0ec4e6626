import Glibc
import Platform
import Testing

@testable import Identity

@Suite struct HashSecretTests {
  @Test func isMadeOnceForItsOwnerAloneAndThenKept() throws {
    try SigningSecretTests.withDirectory { directory in
      let first = try HashSecret.loadOrCreate(directory: directory, random: SystemRandom())
      var status = stat()
      #expect(stat(directory + "/hash.secret", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      let second = try HashSecret.loadOrCreate(directory: directory, random: SystemRandom())
      #expect(first.derived(for: "a").code([1]) == second.derived(for: "a").code([1]))
      #expect(first.derived(for: "a").code([1]) != first.derived(for: "b").code([1]))
    }
  }

  @Test func itIsNotTheOneThatSignsTokens() throws {
    try SigningSecretTests.withDirectory { directory in
      let signing = try SigningSecret.loadOrCreate(directory: directory, random: SystemRandom())
      let hashing = try HashSecret.loadOrCreate(directory: directory, random: SystemRandom())
      #expect(signing.derived(for: "a").code([1]) != hashing.derived(for: "a").code([1]))
    }
  }

  @Test func aFileThatHoldsTooLittleIsAnErrorNotAReasonToMakeAnother() throws {
    SigningSecretTests.withDirectory { directory in
      let file = open(directory + "/hash.secret", O_WRONLY | O_CREAT, 0o600)
      #expect(write(file, "short\n", 6) == 6)
      close(file)
      #expect(throws: IdentityError.self) { try HashSecret.loadOrCreate(directory: directory, random: SystemRandom()) }
    }
  }
}
