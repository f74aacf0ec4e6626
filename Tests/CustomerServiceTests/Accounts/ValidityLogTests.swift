import ApplicationSupport
import Identity
import Platform
import Storage
import Testing

@testable import CustomerService

/// Two processes on one database, as far as tokens go: a database, a table in memory and a mapping of the shared number each.
@Suite struct ValidityLogTests {
  struct Process {
    let database: Database
    let validity: TokenValidity
    let log: ValidityLog

    init(_ path: String, _ generation: SharedGeneration, _ time: ManualTime) throws {
      var options = DatabaseOptions()
      options.checkpointsAtClose = false
      database = try Database.open(path: path, options: options)
      validity = TokenValidity(time: time)
      log = ValidityLog(validity: validity, database: database, shared: generation, time: time)
    }

    func verdict(_ user: String, epoch: Int64 = 0, tokenID: String = "t1") -> TokenValidity.Verdict {
      validity.verdict(
        AccessClaims(issuer: "", audience: "", subject: user, role: "user", tokenID: tokenID, epoch: epoch, issuedAt: 0, expiresAt: 0))
    }

    func save(_ user: User) async throws {
      try await database.write { transaction in
        try UserStore.update(user, transaction)
        try log.follow(user, transaction)
      }
    }
  }

  static let user = User.sample("00000000000000000000000a", email: "a@example.com")

  static func withTwo(_ body: (Process, Process, SharedGeneration) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      try await test.database.write { try UserStore.insert(user, $0) }
      let generation = SharedGeneration()
      let time = ManualTime()
      let first = try Process(test.path, generation, time)
      let second = try Process(test.path, generation, time)
      try await first.log.start()
      try await second.log.start()
      try await body(first, second, generation)
      await first.database.close()
      await second.database.close()
    }
  }

  @Test func beforeTheStartNothingIsCurrentAndAfterItEverythingIs() async throws {
    try await TestDatabase.with { test in
      let log = ValidityLog(
        validity: TokenValidity(time: ManualTime()), database: test.database, shared: SharedGeneration(), time: ManualTime())
      #expect(!log.isCurrent)
      try await log.start()
      #expect(log.isCurrent)
    }
  }

  @Test func aChangeIsInForceHereAtOnceAndNoticedThereBeforeTheNextCall() async throws {
    try await Self.withTwo { first, second, _ in
      var user = Self.user
      user.tokenEpoch = 1
      try await first.save(user)
      #expect(first.verdict(user.id) == .outdated && first.log.isCurrent)
      #expect(!second.log.isCurrent)
      try await second.log.catchUp()
      #expect(second.log.isCurrent)
      #expect(second.verdict(user.id) == .outdated && second.verdict(user.id, epoch: 1) == .valid(role: "user"))
    }
  }

  @Test func changesOfBothMeetInBoth() async throws {
    try await Self.withTwo { first, second, _ in
      var user = Self.user
      user.isActive = false
      try await first.save(user)
      user.isActive = true
      user.role = User.Role.admin
      try await second.save(user)
      // The second has not learned of the first's yet; its own is the newer and must not be lost when it does.
      for process in [first, second] {
        if !process.log.isCurrent { try await process.log.catchUp() }
        #expect(process.verdict(user.id) == .valid(role: "admin"))
        #expect(process.log.isCurrent)
      }
    }
  }

  @Test func aTokenEndedByItsIDEndsInBoth() async throws {
    try await Self.withTwo { first, second, _ in
      try await first.database.write { try first.log.revoke(tokenID: "t1", expiresAt: 2_000_000_000, $0) }
      #expect(first.verdict("u") == .revoked)
      try await second.log.catchUp()
      #expect(second.verdict("u") == .revoked && second.verdict("u", tokenID: "t2") == .valid(role: "user"))
    }
  }

  @Test func whatAProcessCommittedBeforeItDiedIsFoundWithoutItsWord() async throws {
    try await Self.withTwo { first, second, _ in
      var user = Self.user
      user.isActive = false
      let disabled = user
      // The commit without what follows it.
      try await first.database.write { transaction in
        try UserStore.update(disabled, transaction)
        _ = try ValidityStore.insert(.user(disabled.id), at: 0, transaction)
      }
      #expect(second.log.isCurrent && second.verdict(user.id) == .valid(role: "user"))
      try await second.log.heal()
      #expect(second.verdict(user.id) == .disabled)
    }
  }

  @Test func aNewProcessKnowsWhatWasEndedBeforeIt() async throws {
    try await TestDatabase.with { test in
      try await test.database.write { try UserStore.insert(Self.user, $0) }
      let time = ManualTime()
      let before = try Process(test.path, SharedGeneration(), time)
      try await before.log.start()
      var user = Self.user
      user.tokenEpoch = 3
      try await before.save(user)
      try await before.database.write { try before.log.revoke(tokenID: "t9", expiresAt: 2_000_000_000, $0) }
      let after = try Process(test.path, SharedGeneration(), time)
      try await after.log.start()
      #expect(after.verdict(user.id, epoch: 2) == .outdated && after.verdict(user.id, epoch: 3) == .valid(role: "user"))
      #expect(after.verdict("u", tokenID: "t9") == .revoked)
      await before.database.close()
      await after.database.close()
    }
  }

  @Test func aChangeThatWasTakenBackTellsNobody() async throws {
    try await Self.withTwo { first, second, generation in
      struct Refusal: Error {}
      await #expect(throws: Refusal.self) {
        try await first.database.write { transaction in
          var user = Self.user
          user.isActive = false
          try first.log.follow(user, transaction)
          throw Refusal()
        }
      }
      #expect(generation.value == 0 && first.log.isCurrent && second.log.isCurrent)
      #expect(first.verdict(Self.user.id) == .valid(role: "user"))
    }
  }

  @Test func thousandsOfChangesAreLearnedInSeveralReads() async throws {
    try await Self.withTwo { first, second, _ in
      try await first.database.write { transaction in
        for index in 0..<2_500 { try first.log.revoke(tokenID: "t\(index)", expiresAt: 2_000_000_000, transaction) }
      }
      try await second.log.catchUp()
      #expect(second.log.isCurrent)
      #expect(second.verdict("u", tokenID: "t2499") == .revoked && second.verdict("u", tokenID: "t0") == .revoked)
    }
  }

  @Test func linesThatNoTokenOutlivesAreForgotten() async throws {
    try await TestDatabase.with { test in
      try await test.database.write { transaction in
        _ = try ValidityStore.insert(.token(id: "old", expiresAt: 1), at: 10, transaction)
        _ = try ValidityStore.insert(.token(id: "new", expiresAt: 1), at: 20, transaction)
        try ValidityStore.forget(before: 20, transaction)
        let next = try ValidityStore.insert(.token(id: "next", expiresAt: 1), at: 30, transaction)
        // Numbers are never given twice, also when all lines are gone.
        try ValidityStore.forget(before: 100, transaction)
        #expect(try ValidityStore.insert(.token(id: "last", expiresAt: 1), at: 40, transaction) == next + 1)
      }
    }
  }
}
