import Identity
import Platform
import Storage
import Testing

@testable import CustomerService

@Suite struct CodeStoreTests {
  private let time = ManualTime()
  private let binding = CodeBinding(channel: "email", address: "a@example.com", purpose: "register")

  private func codes() throws -> OneTimeCodes {
    OneTimeCodes(secret: try HashSecret(bytes: Array(repeating: UInt8(ascii: "s"), count: 32)), time: time, random: SeededRandom(seed: 7))
  }

  private func withCode(_ body: (Database, OneTimeCodes, String) async throws -> Void) async throws {
    let store = try await TestDatabase()
    let codes = try codes()
    let (digits, stored) = codes.make(for: binding)
    try await store.database.write { [time, binding] in
      try CodeStore.replace(stored, for: binding, now: time.wallMicroseconds, $0)
    }
    try await body(store.database, codes, digits)
    await store.close()
  }

  private func check(_ digits: String, _ database: Database, _ codes: OneTimeCodes, consuming: Bool = true) async throws -> Bool {
    try await database.write { [binding] in try CodeStore.check(digits, for: binding, by: codes, consuming: consuming, $0) }
  }

  @Test func theRightCodeCountsOnce() async throws {
    try await withCode { database, codes, digits in
      let answers = [
        try await check(digits, database, codes, consuming: false), try await check(digits, database, codes),
        try await check(digits, database, codes),
      ]
      #expect(answers == [true, true, false])
    }
  }

  @Test func fiveWrongTriesEndIt() async throws {
    try await withCode { database, codes, digits in
      let wrong = digits == "000000" ? "000001" : "000000"
      var answers: [Bool] = []
      for _ in 0..<5 { answers.append(try await check(wrong, database, codes)) }
      answers.append(try await check(digits, database, codes))
      #expect(!answers.contains(true))
    }
  }

  @Test func tenMinutesEndIt() async throws {
    try await withCode { database, codes, digits in
      time.advance(by: .seconds(601))
      let isTaken = try await check(digits, database, codes)
      #expect(!isTaken)
    }
  }

  @Test func aNewerCodeTakesItsPlace() async throws {
    try await withCode { database, codes, digits in
      let (newer, stored) = codes.make(for: binding)
      try await database.write { [time, binding] in
        try CodeStore.replace(stored, for: binding, now: time.wallMicroseconds, $0)
      }
      let newerCounts = try await check(newer, database, codes, consuming: false)
      let olderCounts = try await check(digits, database, codes)
      #expect(newerCounts)
      #expect(!olderCounts || newer == digits)
    }
  }

  /// What is kept after a newer code could not be sent, in the words of `check` with the older digits.
  private func afterRestore(
    wrongTries: Int, _ database: Database, _ codes: OneTimeCodes, _ digits: String, hadOlder: Bool = true
  ) async throws -> Bool {
    let older = try await database.write { [binding] in hadOlder ? try CodeStore.code(binding, $0) : nil }
    let (newer, stored) = codes.make(for: binding)
    try await database.write { [time, binding] in try CodeStore.replace(stored, for: binding, now: time.wallMicroseconds, $0) }
    let wrong = newer == "000000" ? "000001" : "000000"
    for _ in 0..<wrongTries { _ = try await check(wrong, database, codes) }
    try await database.write { [binding] in try CodeStore.restore(older, inPlaceOf: stored, for: binding, $0) }
    return try await check(digits, database, codes)
  }

  @Test func aCodeThatCouldNotBeSentGivesTheOlderOneBack() async throws {
    try await withCode { database, codes, digits in
      let isTaken = try await afterRestore(wrongTries: 0, database, codes, digits)
      #expect(isTaken)
    }
  }

  @Test func wrongTriesBetweenCountAgainstTheOlder() async throws {
    try await withCode { database, codes, digits in
      _ = try await check(digits == "000000" ? "000001" : "000000", database, codes)
      let isTaken = try await afterRestore(wrongTries: 4, database, codes, digits)
      #expect(!isTaken)
    }
  }

  @Test func withoutAnOlderCodeNoneIsLeft() async throws {
    try await withCode { database, codes, digits in
      let isTaken = try await afterRestore(wrongTries: 0, database, codes, digits, hadOlder: false)
      #expect(!isTaken)
    }
  }

  @Test func aCodeThatCameLaterStays() async throws {
    try await withCode { database, codes, digits in
      let (_, failed) = codes.make(for: binding)
      try await database.write { [binding] in try CodeStore.restore(nil, inPlaceOf: failed, for: binding, $0) }
      let isTaken = try await check(digits, database, codes)
      #expect(isTaken)
    }
  }
}
