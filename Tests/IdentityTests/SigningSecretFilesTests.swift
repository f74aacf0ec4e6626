import Glibc
import Platform
import Testing

@testable import Identity

@Suite struct SigningSecretFilesTests {
  static func withFiles(_ body: (SigningSecretFiles, String) throws -> Void) throws {
    let directory = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/weft-secrets-\(getpid())-\(SystemRandom().word())"
    mkdir(directory, 0o700)
    defer {
      for file in ["jwt.secret", "jwt.secret.previous"] { unlink(directory + "/" + file) }
      rmdir(directory)
    }
    try body(SigningSecretFiles(directory: directory, random: SystemRandom()), directory)
  }

  @Test func aRotationKeepsTheOldSecretUntilItsTokensHaveEnded() throws {
    try Self.withFiles { files, directory in
      let (first, none) = try files.load(at: 100)
      #expect(none.isEmpty)
      let second = try files.rotate(at: 100, acceptedUntil: 1900)
      #expect(second.bytes != first.bytes)
      let loaded = try files.load(at: 1899)
      #expect(loaded.current.bytes == second.bytes)
      #expect(loaded.previous.map(\.secret.bytes) == [first.bytes] && loaded.previous[0].acceptedUntil == 1900)
      #expect(try files.load(at: 1900).previous.isEmpty)
      for file in ["/jwt.secret", "/jwt.secret.previous"] {
        var status = stat()
        #expect(stat(directory + file, &status) == 0 && status.st_mode & 0o777 == 0o600)
      }
    }
  }

  @Test func twoRotationsInARowKeepBothOldSecrets() throws {
    try Self.withFiles { files, _ in
      let first = try files.load(at: 0).current
      let second = try files.rotate(at: 0, acceptedUntil: 1800)
      let third = try files.rotate(at: 60, acceptedUntil: 1860)
      let loaded = try files.load(at: 61)
      #expect(loaded.current.bytes == third.bytes)
      #expect(loaded.previous.map(\.secret.bytes) == [second.bytes, first.bytes])
    }
  }

  @Test func aRotationAtOnceKeepsNothing() throws {
    try Self.withFiles { files, directory in
      _ = try files.rotate(at: 0, acceptedUntil: 1800)
      let last = try files.rotate(at: 1, acceptedUntil: nil)
      let loaded = try files.load(at: 2)
      #expect(loaded.current.bytes == last.bytes && loaded.previous.isEmpty)
      #expect(access(directory + "/jwt.secret.previous", F_OK) != 0)
    }
  }

  @Test func aSecretThatVerifiesNothingAnyMoreLeavesTheDisk() throws {
    try Self.withFiles { files, directory in
      _ = try files.rotate(at: 0, acceptedUntil: 1800)
      try files.forgetPrevious(at: 1799)
      #expect(access(directory + "/jwt.secret.previous", F_OK) == 0)
      try files.forgetPrevious(at: 1800)
      #expect(access(directory + "/jwt.secret.previous", F_OK) != 0)
    }
  }

  @Test func aDamagedFileIsSaidAndNotPassedOver() throws {
    try Self.withFiles { files, directory in
      _ = try files.rotate(at: 0, acceptedUntil: 1800)
      let file = open(directory + "/jwt.secret.previous", O_WRONLY | O_TRUNC)
      #expect(write(file, "1800 xyz\n", 9) == 9)
      close(file)
      #expect(throws: IdentityError.self) { try files.load(at: 1) }
    }
  }
}
