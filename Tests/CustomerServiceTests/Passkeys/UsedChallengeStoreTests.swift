import Identity
import Storage
import Testing

@testable import CustomerService

@Suite struct UsedChallengeStoreTests {
  private static func challenge(_ number: UInt16, expiresAt: Int64) -> PasskeyChallenge {
    // Made as the table's keys are: an id of 16 bytes.
    let id = [UInt8](repeating: 0, count: 13) + [UInt8(number >> 8), UInt8(truncatingIfNeeded: number), 1]
    return PasskeyChallenge(id: id, expiresAt: expiresAt)
  }

  private static func count(_ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer("SELECT count(*) FROM csa_used_challenges") ?? 0
  }

  @Test func isUsedOnce() async throws {
    let store = try await TestDatabase()
    let results = try await store.database.write { transaction in
      try [1, 2, 1].map { try UsedChallengeStore.use(Self.challenge($0, expiresAt: 100), transaction) }
    }
    #expect(results == [true, true, false])
    await store.close()
  }

  @Test func ofManyTransactionsOneUsesIt() async throws {
    let store = try await TestDatabase()
    let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<32 {
        group.addTask { try await store.database.write { try UsedChallengeStore.use(Self.challenge(1, expiresAt: 100), $0) } }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(wins == 1)
    await store.close()
  }

  @Test func whatHasExpiredIsForgottenAndNothingElse() async throws {
    let store = try await TestDatabase()
    let counts = try await store.database.write { transaction in
      for number in 0..<1500 as Range<UInt16> {
        _ = try UsedChallengeStore.use(Self.challenge(number, expiresAt: 100 + Int64(number % 2)), transaction)
      }
      var counts: [Int64] = []
      for now in [99, 100, 101, 101] as [Int64] {
        try UsedChallengeStore.forgetExpired(now: now, transaction)
        counts.append(try Self.count(transaction))
      }
      return counts
    }
    #expect(counts == [1500, 750, 0, 0])
    await store.close()
  }
}
