import ApplicationSupport
import Identity
import Platform
import Storage
import Testing

@testable import CoWriting

@Suite struct UserStoreTests {
  @Test func namesThatDifferInCaseAreOne() async throws {
    try await TestDatabase.with { test in
      let id = try await test.database.write { try UserStore.insert(.sample("NewUser"), $0) }
      let found = try await test.database.read { try UserStore.anyUser(usernameKey: User.key(of: "newuser"), $0) }
      #expect(found?.id == id && found?.username == "NewUser")
    }
  }

  @Test func aDeletedAccountKeepsItsNameAndIsNotThere() async throws {
    try await TestDatabase.with { test in
      let id = try await test.database.write { try UserStore.insert(.sample(), $0) }
      try await test.database.write { transaction in
        var user = User.sample()
        user.id = id
        user.deletedAt = 5
        try UserStore.update(user, transaction)
      }
      let (there, any) = try await test.database.read {
        (try UserStore.user(id: id, $0), try UserStore.anyUser(usernameKey: "newuser", $0))
      }
      #expect(there == nil)
      #expect(any?.deletedAt == 5)
    }
  }

  /// What a second process learns at its start: who is deleted, who is an administrator, which tokens have ended.
  @Test func validityIsReadBack() async throws {
    try await TestDatabase.with { test in
      let time = ManualTime()
      let log = {
        ValidityLog(
          validity: TokenValidity(time: time), lines: ValidityStore.self, database: test.database, shared: SharedGeneration(), time: time)
      }
      let first = log()
      try await first.start()
      let id = try await test.database.write { transaction in
        var user = User.sample()
        user.id = try UserStore.insert(user, transaction)
        user.tokenEpoch = 3
        user.sparedTokenID = "mine"
        try UserStore.update(user, transaction)
        try first.follow(user, transaction)
        try first.revoke(tokenID: "ended", expiresAt: time.wallSeconds + 60, transaction)
        return user.id
      }
      let second = log()
      try await second.start()
      #expect(second.validity.state(of: "\(id)") == .init(epoch: 3, sparedTokenID: "mine"))
      #expect(second.validity.counts.revoked == 1)
    }
  }
}
