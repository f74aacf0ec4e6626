import Identity
import Platform
import Storage
import Testing

@testable import CustomerService

@Suite struct SigningKeyRingTests {
  private static func withRing(_ body: (Database, ManualTime, SigningKeyRing) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      let time = ManualTime()
      let ring = SigningKeyRing(database: test.database, time: time)
      try await ring.start()
      try await body(test.database, time, ring)
      await ring.close()
    }
  }

  @Test func makesAKeyOfEachKindOnceAndKeepsThem() async throws {
    try await Self.withRing { database, time, ring in
      #expect(ring.records.map(\.algorithm) == [.rs256, .es256])
      let again = SigningKeyRing(database: database, time: time)
      try await again.start()
      #expect(again.records == ring.records)
      await again.close()
    }
  }

  @Test func rotationOverlapsForADay() async throws {
    try await Self.withRing { _, time, ring in
      let before = ring.records.map(\.id)
      let token = try await ring.sign([("sub", .string("x"))], .rs256)
      _ = try await ring.rotate(recording: nil)
      let after = ring.publicKeys.map(\.record)
      #expect(after.count == 4 && Set(after.suffix(2).map(\.id)) == Set(before))
      #expect(after.prefix(2).allSatisfy { $0.retiresAt == nil && !before.contains($0.id) })
      let next = try await ring.sign([("sub", .string("x"))], .rs256)
      #expect(next.prefix { $0 != "." } != token.prefix { $0 != "." })

      time.advance(by: .seconds(86_399))
      #expect(ring.publicKeys.count == 4)
      time.advance(by: .seconds(1))
      #expect(ring.publicKeys.count == 2)
      try await ring.housekeep()
      #expect(ring.records.count == 2)
    }
  }

  @Test func ninetyDaysRenewThem() async throws {
    try await Self.withRing { database, time, ring in
      let before = ring.records.map(\.id)
      time.advance(by: .seconds(89 * 86_400))
      try await ring.housekeep()
      #expect(ring.records.map(\.id) == before)
      time.advance(by: .seconds(86_400))
      try await ring.housekeep()
      #expect(ring.records.count == 4)
      time.advance(by: .seconds(86_401))
      try await ring.housekeep()
      #expect(ring.records.count == 2 && !ring.records.contains { before.contains($0.id) })
      let stored = try await database.read { try $0.integer("SELECT count(*) FROM csa_signing_keys") }
      #expect(stored == 2)
    }
  }
}
