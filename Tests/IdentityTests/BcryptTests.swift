import Platform
import Testing

@testable import Identity

/// bcrypt as libcrypt has it, and what stands in front of it.
@Suite struct BcryptTests {
  @Test func hashesAreRecognised() async throws {
    let hasher = PasswordHasher(threads: 1, random: SystemRandom()).with(.bcrypt)
    let stored = try await hasher.hash("password123")
    #expect(stored.hasPrefix("$2b$12$") && stored.utf8.count == 60)
    #expect(Bcrypt.isHash(stored))
    #expect(!hasher.needsRehash(stored))
    let isRight = try await hasher.verify("password123", against: stored)
    #expect(isRight)
    let isWrong = try await hasher.verify("password124", against: stored)
    #expect(!isWrong)
    let nobody = try await hasher.verify("password123", against: nil)
    #expect(!nobody)
    await hasher.close()
  }

  @Test func allOfALongPasswordCounts() async throws {
    let hasher = PasswordHasher(threads: 1, random: SystemRandom()).with(.bcrypt)
    let long = String(repeating: "密", count: 64)
    let stored = try await hasher.hash(long)
    let isOther = try await hasher.verify(String(long.dropLast()) + "码", against: stored)
    #expect(!isOther)
    let isSame = try await hasher.verify(long, against: stored)
    #expect(isSame)
    await hasher.close()
  }

  /// Either kind is checked by either hasher: which one made it is read off the hash.
  @Test func theOtherKindIsCheckedToo() async throws {
    let argon2 = PasswordHasher(threads: 1, random: SystemRandom())
    let bcrypt = argon2.with(.bcrypt)
    let stored = try await argon2.hash("password123")
    let isRight = try await bcrypt.verify("password123", against: stored)
    #expect(isRight && bcrypt.needsRehash(stored))
    await argon2.close()
  }

  /// Made by Python's bcrypt 5.0 of base64(SHA-256("password123")), cost 4.
  @Test func anotherImplementationAgrees() {
    let text = "$2b$04$b701Jgdp2Cvf.7b7cZmQjeT.c6vUAtf1oaaVEXQAomTA778j0CSwe"
    #expect(Bcrypt().digest(password: Array("password123".utf8), setting: text) == text)
  }

  @Test(arguments: [
    "", "$2b$12$", "$2y$12$abcdefghijklmnopqrstuuDi5mmFBHzNYHcmDG1LHXvfC5kyoVKAa",
    "$2b$99$abcdefghijklmnopqrstuuDi5mmFBHzNYHcmDG1LHXvfC5kyoVKAa",
  ])
  func whatIsNoneIsNone(_ text: String) { #expect(!Bcrypt.isHash(text)) }
}
