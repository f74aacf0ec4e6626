import Identity
import Platform
import Storage
import Testing

@testable import CustomerService

@Suite struct ApplicationKeyTableTests {
  private let time = ManualTime()
  private let key = ApplicationKey(random: SeededRandom(seed: 1))
  private let owner = User.sample()

  private func table() throws -> ApplicationKeyTable {
    ApplicationKeyTable(secret: try HashSecret(bytes: [UInt8](repeating: 7, count: 32)), time: time)
  }

  private func record(_ key: ApplicationKey, _ table: ApplicationKeyTable, isActive: Bool = true) -> ApplicationKeyRecord {
    ApplicationKeyRecord(
      id: "key-1", userID: owner.id, digest: table.digest(of: key), ending: key.ending, isActive: isActive, createdAt: 1)
  }

  @Test func aKeyIsFoundUntilItIsDisabled() throws {
    let table = try table()
    #expect(table.use(key.text) == nil)
    table.follow(record(key, table))
    #expect(table.entry(of: key.text)?.userID == owner.id)
    #expect(table.use(key.text)?.id == "key-1")
    table.follow(record(key, table, isActive: false))
    #expect(table.use(key.text) == nil)
    #expect(table.count == 0)
  }

  @Test func anotherKeyIsNotFound() throws {
    let table = try table()
    table.follow(record(key, table))
    #expect(table.use(ApplicationKey(random: SeededRandom(seed: 2)).text) == nil)
    #expect(table.use(key.text + " ") == nil)
    #expect(table.use(String(key.text.dropLast())) == nil)
  }

  @Test func lookingIsNoUse() throws {
    let table = try table()
    table.follow(record(key, table))
    _ = table.entry(of: key.text)
    #expect(table.takeUses().isEmpty)
    _ = table.use(key.text)
    _ = table.use(key.text)
    #expect(table.takeUses().map(\.digest) == [table.digest(of: key)])
    #expect(table.takeUses().isEmpty)
  }

  @Test func aUseIsWrittenDownOnceAndNeverTurnsBack() async throws {
    let table = try table()
    let record = record(key, table)
    try await TestDatabase.with { test in
      try await test.database.write { [owner] transaction in
        try UserStore.insert(owner, transaction)
        try ApplicationKeyStore.insert(record, transaction)
      }
      table.follow(record)
      _ = table.use(key.text)
      let used = time.wallMicroseconds
      let more = try await table.flush(to: test.database)
      #expect(!more)
      try await test.database.write { try ApplicationKeyStore.recordUse(of: record.digest, at: used - 5, $0) }
      let kept = try await test.database.read { [owner] in try ApplicationKeyStore.key(of: owner.id, $0) }
      #expect(kept?.lastUsedAt == used)
    }
  }

  @Test func aUseThatCannotBeWrittenDownIsTriedAgain() async throws {
    let table = try table()
    table.follow(record(key, table))
    _ = table.use(key.text)
    let test = try await TestDatabase()
    await test.close()
    await #expect(throws: StorageError.self) { _ = try await table.flush(to: test.database) }
    #expect(table.takeUses().count == 1)
  }

  @Test func theOldKeysUseIsNotTheNewOnes() async throws {
    let table = try table()
    var record = record(key, table)
    try await TestDatabase.with { test in
      let first = record
      try await test.database.write { [owner] transaction in
        try UserStore.insert(owner, transaction)
        try ApplicationKeyStore.insert(first, transaction)
      }
      table.follow(first)
      _ = table.use(key.text)
      record.digest = table.digest(of: ApplicationKey(random: SeededRandom(seed: 2)))
      let second = record
      try await test.database.write { try ApplicationKeyStore.update(second, $0) }
      _ = try await table.flush(to: test.database)
      let kept = try await test.database.read { [owner] in try ApplicationKeyStore.key(of: owner.id, $0) }
      #expect(kept?.digest == second.digest)
      #expect(kept?.lastUsedAt == nil)
    }
  }
}
