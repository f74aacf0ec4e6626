import Storage
import Testing

@testable import CustomerService

@Suite struct HousekeepingTests {
  private static let insert: StaticString = """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
    INSERT INTO csa_sign_ins (id, user_id, token_id, means, address, created_at, expires_at)
    SELECT printf('%024d', i), $user_id, printf('t%d', i), 'password', '127.0.0.1', 1, CASE WHEN i <= 2400 THEN 100 ELSE 200 END FROM n
    """

  /// A busy server lets more expire in a minute than one transaction forgets: all of it has to go, and nothing else.
  @Test func everythingThatHasExpiredIsForgottenAtOnce() async throws {
    try await TestDatabase.with { test in
      let user = User.sample()
      try await test.database.write { transaction in
        try UserStore.insert(user, transaction)
        try transaction.execute(Self.insert, ["user_id": .text(user.id)])
      }
      try await Housekeeping.forgetExpired(in: test.database, now: 150, auditedSince: 0)
      let left = try await test.database.read { try $0.integer("SELECT count(*) FROM csa_sign_ins") }
      #expect(left == 100)
    }
  }
}
