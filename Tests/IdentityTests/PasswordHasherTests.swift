import Platform
import Testing

@testable import Identity

@Suite struct PasswordHasherTests {
  /// As small as Argon2 goes: what is tested here is not its strength.
  static func with(
    threads: Int = 1, queueMax: Int = 512, _ body: (PasswordHasher) async throws -> Void
  ) async throws {
    let hasher = PasswordHasher(
      threads: threads, random: SystemRandom(), queueMax: queueMax, cost: .init(memoryKiB: 8, passes: 1, lanes: 1))
    do {
      try await body(hasher)
    } catch {
      await hasher.close()
      throw error
    }
    await hasher.close()
  }

  @Test func theRightPasswordFitsAndAnotherDoesNot() async throws {
    try await Self.with { hasher in
      let hash = try await hasher.hash("mypassword123")
      #expect(try await hasher.verify("mypassword123", against: hash))
      for wrong in ["mypassword124", "", "mypassword123 ", "Mypassword123", "mypassword123\u{0}"] {
        #expect(try await !hasher.verify(wrong, against: hash))
      }
    }
  }

  @Test func theSamePasswordNeverHasTheSameHash() async throws {
    try await Self.with { hasher in
      let first = try await hasher.hash("password")
      #expect(try await hasher.hash("password") != first)
    }
  }

  @Test func noPasswordIsCut() async throws {
    try await Self.with { hasher in
      // bcrypt would stop at 72 bytes: 24 of these characters.
      let long = String(repeating: "密", count: 1024)
      let hash = try await hasher.hash(long)
      #expect(try await hasher.verify(long, against: hash))
      #expect(try await !hasher.verify(String(long.dropLast()) + "码", against: hash))
      #expect(try await !hasher.verify(String(long.dropLast()), against: hash))
    }
  }

  @Test func passwordsCompareAsBytesNotAsCharacters() async throws {
    try await Self.with { hasher in
      let composed = "caf\u{e9}-password"
      let decomposed = "cafe\u{301}-password"
      #expect((composed == decomposed) == true, "Swift calls them equal")
      let hash = try await hasher.hash(composed)
      #expect(try await !hasher.verify(decomposed, against: hash))
    }
  }

  @Test func nobodyHasNoPassword() async throws {
    try await Self.with { hasher in
      let isRight = try await hasher.verify("anything", against: nil)
      #expect(!isRight)
      try await hasher.verifyDummy("anything")
    }
  }

  @Test func theStoredTextNamesItsCost() async throws {
    let hasher = PasswordHasher(threads: 1, random: SystemRandom())
    let hash = try await hasher.hash("password")
    #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(!hasher.needsRehash(hash))
    #expect(hasher.needsRehash("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg"))
    #expect(hasher.needsRehash("not a hash"))
    await hasher.close()
  }

  @Test(arguments: [
    "", "plain", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
    "$argon2id$v=16$m=8,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg", "$argon2id$v=19$m=8,t=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
    "$argon2id$v=19$m=8,t=1,p=0$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg", "$argon2id$v=19$m=7,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
    "$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
    "$argon2id$v=19$m=8,t=99,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg", "$argon2id$v=19$m=08,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
    "$argon2id$v=19$m=8,t=1,p=1$$MDEyMzQ1Njc4OWFiY2RlZg", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$",
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ",
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg==", "$2y$12$abcdefghijklmnopqrstuuEdC2jUnF6bWQ8k7nN9Ck8J9w9Vv1xqW",
  ])
  func whatIsNoHashOfOursIsAnError(text: String) async throws {
    try await Self.with { (hasher: PasswordHasher) async throws in
      await #expect(throws: IdentityError.malformedHash) { try await hasher.verify("password", against: text) }
    }
  }

  @Test func aFullQueueRefusesAndSaysWhenToComeBack() async throws {
    try await Self.with(queueMax: 1) { hasher in
      // More at once than one thread and one place can take: some must be refused, and all must be answered.
      var refused = 0
      await withTaskGroup(of: Bool.self) { tasks in
        for _ in 0..<200 {
          tasks.addTask {
            do {
              _ = try await hasher.hash("password")
              return false
            } catch {
              return error as? IdentityError == .overloaded(retryAfter: .seconds(5))
            }
          }
        }
        for await wasRefused in tasks where wasRefused { refused += 1 }
      }
      #expect(refused > 0)
    }
  }

  @Test func aClosedHasherRefuses() async throws {
    let hasher = PasswordHasher(threads: 2, random: SystemRandom())
    await hasher.close()
    await #expect(throws: IdentityError.closed) { try await hasher.hash("password") }
  }

  @Test func aDeadlineInThePastIsNotWaitedFor() async throws {
    try await Self.with { (hasher: PasswordHasher) async throws in
      await #expect(throws: IdentityError.deadline) {
        try await hasher.hash("password", deadline: MonotonicInstant(nanoseconds: 1))
      }
    }
  }
}
