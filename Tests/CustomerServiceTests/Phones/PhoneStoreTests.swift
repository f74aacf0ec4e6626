import Storage
import Testing

@testable import CustomerService

@Suite struct PhoneStoreTests {
  private let one = User.sample("00000000000000000000000a", email: "a@example.com")
  private let other = User.sample("00000000000000000000000b", email: "b@example.com")

  private func withUsers(_ body: (TestDatabase) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      try await test.database.write { [one, other] transaction in
        try UserStore.insert(one, transaction)
        try UserStore.insert(other, transaction)
      }
      try await body(test)
    }
  }

  private func bind(_ number: String, to user: User, id: String, now: Int64, _ test: TestDatabase) async throws {
    try await test.database.write { try PhoneStore.bind(number, to: user.id, id: id, now: now, $0) }
  }

  @Test func aNewNumberTakesTheOldOnesPlace() async throws {
    try await withUsers { test in
      try await bind("13800000000", to: one, id: "p1", now: 5, test)
      try await bind("13900000000", to: one, id: "p2", now: 9, test)
      let (old, new) = try await test.database.read {
        (try PhoneStore.verified("13800000000", $0), try PhoneStore.verified("13900000000", $0))
      }
      #expect(old == nil)
      #expect(new == Phone(id: "p1", userID: one.id, number: "13900000000", isVerified: true, createdAt: 5, updatedAt: 9))
      try await bind("13800000000", to: other, id: "p3", now: 10, test)
      let freed = try await test.database.read { try PhoneStore.verified("13800000000", $0) }
      #expect(freed?.userID == other.id)
    }
  }

  @Test func aVerifiedNumberIsNobodyElses() async throws {
    try await withUsers { test in
      try await bind("13800000000", to: one, id: "p1", now: 5, test)
      await #expect(throws: StorageError.constraint(.unique, detail: "csa_phones.phone_number")) {
        try await bind("13800000000", to: other, id: "p2", now: 6, test)
      }
    }
  }

  @Test func aNumberThatIsOnlyClaimedSignsNobodyInAndGivesWay() async throws {
    try await withUsers { test in
      try await test.database.write { [one] transaction in
        try transaction.execute(
          "INSERT INTO csa_phones (id, user_id, phone_number, is_verified, created_at) VALUES ('p1', $user, '13800000000', 0, 1)",
          ["user": .text(one.id)])
      }
      let claimed = try await test.database.read { try PhoneStore.verified("13800000000", $0) }
      #expect(claimed == nil)
      try await bind("13800000000", to: other, id: "p2", now: 6, test)
      let owner = try await test.database.read { try PhoneStore.verified("13800000000", $0) }
      #expect(owner?.userID == other.id)
    }
  }
}
