import Storage
import Testing

@testable import CustomerService

@Suite struct TextMessageStoreTests {
  private static let second: Int64 = 1_000_000
  private let number = "13800000000"

  /// Reserves at each of these seconds; what is left to wait, in seconds, nil for a turn that was taken.
  private func reserve(_ seconds: [Int64], _ test: TestDatabase) async throws -> [Int64?] {
    var waits: [Int64?] = []
    for second in seconds {
      let wait = try await test.database.write { [number] in
        try TextMessageStore.reserve(number, now: second * Self.second, $0)
      }
      waits.append(wait.map { $0 / Self.second })
    }
    return waits
  }

  @Test func aNumberHasOneTurnInAMinute() async throws {
    try await TestDatabase.with { test in
      let waits = try await reserve([1000, 1000, 1059, 1060, 1061], test)
      #expect(waits == [nil, 60, 1, nil, 59])
    }
  }

  @Test func anotherNumberNeedNotWait() async throws {
    try await TestDatabase.with { test in
      _ = try await reserve([1000], test)
      let wait = try await test.database.write { try TextMessageStore.reserve("13800000001", now: 1000 * Self.second, $0) }
      #expect(wait == nil)
    }
  }

  @Test func aClockThatWasSetBackKeepsNobodyOutForLong() async throws {
    try await TestDatabase.with { test in
      let waits = try await reserve([5000, 4990, 1000], test)
      #expect(waits == [nil, 60, nil])
    }
  }

  @Test func aTurnIsGivenBackByWhoTookItOnly() async throws {
    try await TestDatabase.with { test in
      _ = try await reserve([1000], test)
      try await test.database.write { [number] in try TextMessageStore.release(number, reservedAt: 999 * Self.second, $0) }
      let still = try await reserve([1001], test)
      #expect(still == [59])
      try await test.database.write { [number] in try TextMessageStore.release(number, reservedAt: 1000 * Self.second, $0) }
      let again = try await reserve([1002], test)
      #expect(again == [nil])
    }
  }

  @Test func onlyWhatKeepsNobodyWaitingIsForgotten() async throws {
    try await TestDatabase.with { test in
      _ = try await reserve([1000], test)
      func rows(at second: Int64) async throws -> Int64? {
        try await test.database.write { transaction in
          try TextMessageStore.forgetExpired(now: second * Self.second, transaction)
          return try transaction.integer("SELECT count(*) FROM csa_text_messages")
        }
      }
      let early = try await rows(at: 1059)
      let late = try await rows(at: 1060)
      #expect(early == 1)
      #expect(late == 0)
    }
  }
}
