import ApplicationSupport
import Foundation
import Identity
import Platform
import Storage
import Testing

@testable import CoWriting

@Suite struct TokenValidityTests {
  private static func claims(_ user: User, id: String = "token", epoch: Int64 = 0, expiresAt: Int64 = 2_000_000_000) -> AccessClaims {
    AccessClaims(
      issuer: "weft", audience: "cowriting", subject: user.subject, role: "user", tokenID: id, epoch: epoch, issuedAt: 0,
      expiresAt: expiresAt)
  }

  private static func insert(_ user: User, _ test: TestDatabase) async throws -> User {
    var user = user
    user.id = try await test.database.write { [user] in try UserStore.insert(user, $0) }
    try await test.database.write { [user] in try UserStore.update(user, $0) }
    return user
  }

  private static func log(_ test: TestDatabase, _ shared: SharedGeneration, _ time: any TimeSource) -> ValidityLog {
    ValidityLog(
      validity: TokenValidity(time: time), lines: ValidityStore.self, database: test.database, shared: shared, time: time)
  }

  private static func holder(of token: AccessClaims, _ test: TestDatabase) async throws -> User {
    try await test.database.read { try TokenHolder.user(of: token, $0) }
  }

  /// A refresh that came in before the password was changed must not beget a token that outlives the change.
  @Test func aTokenOfAnEarlierEpochHasNoHolderUnlessItWasSpared() async throws {
    try await TestDatabase.with { test in
      var user = User.sample()
      user.tokenEpoch = 2
      user.sparedTokenID = "spared"
      let stored = try await Self.insert(user, test)
      await #expect(throws: CoWritingError.unauthorized) { try await Self.holder(of: Self.claims(stored, epoch: 1), test) }
      let spared = try await Self.holder(of: Self.claims(stored, id: "spared", epoch: 1), test)
      let current = try await Self.holder(of: Self.claims(stored, epoch: 2), test)
      #expect(spared == stored && current == stored)
    }
  }

  @Test func endedDisabledAndDeletedHaveNoHolder() async throws {
    try await TestDatabase.with { test in
      var stored = try await Self.insert(.sample(), test)
      let token = Self.claims(stored)
      try await test.database.write { transaction in
        _ = try ValidityStore.insert(.token(id: "other", expiresAt: 5), at: 1, transaction)
      }
      #expect(try await Self.holder(of: token, test) == stored)
      await #expect(throws: CoWritingError.unauthorized) { try await Self.holder(of: Self.claims(stored, id: "other"), test) }
      stored.isActive = false
      try await test.database.write { [stored] in try UserStore.update(stored, $0) }
      await #expect(throws: CoWritingError.accountDisabled) { try await Self.holder(of: token, test) }
      stored.deletedAt = 7
      try await test.database.write { [stored] in try UserStore.update(stored, $0) }
      await #expect(throws: CoWritingError.unauthorized) { try await Self.holder(of: token, test) }
    }
  }

  /// Two processes on one database: what one ends the other learns before it judges its next call, by the number in the shared file.
  @Test func anotherProcessLearnsAtOnce() async throws {
    try await TestDatabase.with { test in
      let path = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID().uuidString).generation").path()
      defer { try? FileManager.default.removeItem(atPath: path) }
      let time = ManualTime()
      let here = Self.log(test, try SharedGeneration(path: path), time)
      let there = Self.log(test, try SharedGeneration(path: path), time)
      try await here.start()
      try await there.start()
      let user = try await Self.insert(.sample(), test)
      let (token, other) = (Self.claims(user), Self.claims(user, id: "other"))
      #expect(there.isCurrent && there.validity.verdict(token) == .valid(role: "user"))

      try await test.database.write { try here.revoke(tokenID: token.tokenID, expiresAt: token.expiresAt, $0) }
      #expect(here.validity.verdict(token) == .revoked)
      #expect(!there.isCurrent)
      try await there.catchUp()
      #expect(there.isCurrent && there.validity.verdict(token) == .revoked && there.validity.verdict(other) == .valid(role: "user"))

      var changed = user
      changed.role = User.Role.admin
      changed.endTokens()
      try await test.database.write { [changed] transaction in
        try UserStore.update(changed, transaction)
        try here.follow(changed, transaction)
      }
      #expect(!there.isCurrent)
      try await there.catchUp()
      #expect(there.validity.verdict(other) == .outdated)
      #expect(there.validity.verdict(Self.claims(user, id: "new", epoch: 1)) == .valid(role: "admin"))
    }
  }

  /// A setting of days that is made smaller must not bring back what was ended while tokens were given for longer.
  @Test func whatEndedIsRememberedForAsLongAsAnyTokenMayLive() async throws {
    try await TestDatabase.with { test in
      let day: Int64 = 86_400
      let made: Int64 = 1_700_000_000
      try await test.database.write { transaction in
        _ = try ValidityStore.insert(.token(id: "short", expiresAt: made + 8 * day), at: made * 1_000_000, transaction)
        _ = try ValidityStore.insert(.token(id: "long", expiresAt: made + 1460 * day), at: made * 1_000_000, transaction)
        _ = try ValidityStore.insert(.user("7"), at: made * 1_000_000, transaction)
      }
      func left(afterDays days: Int64) async throws -> [String] {
        try await test.database.write { transaction in
          try ValidityStore.forgetExpired(at: (made + days * day + 3_601) * 1_000_000, transaction)
          return try transaction.query("SELECT coalesce(token_id, 'user') FROM cw_validity_changes ORDER BY number") { try $0.text(0) }
        }
      }
      #expect(try await left(afterDays: 7) == ["short", "long", "user"])
      #expect(try await left(afterDays: 8) == ["long", "user"])
      #expect(try await left(afterDays: 1459) == ["long", "user"])
      #expect(try await left(afterDays: 1460) == [])
    }
  }
}
