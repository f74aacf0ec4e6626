import Identity
import Storage
import Testing

@testable import CustomerService

extension Passkey {
  static func sample(_ id: String, of user: User, credentialID: [UInt8], createdAt: Int64 = 1) -> Passkey {
    Passkey(
      id: id, userID: user.id, credentialID: credentialID, publicKey: [1, 2, 3], signCount: 4_294_967_295, isUserVerified: false,
      isBackupEligible: true, isBackedUp: false, transports: ["usb", "nfc"], modelID: [UInt8](repeating: 7, count: 16), nickname: nil,
      createdAt: createdAt)
  }
}

@Suite struct PasskeyStoreTests {
  private let owner = User.sample()
  private let other = User.sample("00000000000000000000000b", email: "b@example.com")

  private func withUsers(_ body: (Database) async throws -> Void) async throws {
    let store = try await TestDatabase()
    try await store.database.write { [owner, other] transaction in
      try UserStore.insert(owner, transaction)
      try UserStore.insert(other, transaction)
    }
    try await body(store.database)
    await store.close()
  }

  @Test func isReadAsItWasWritten() async throws {
    try await withUsers { database in
      var passkey = Passkey.sample("1", of: owner, credentialID: [9, 8, 7])
      passkey.nickname = "我的YubiKey"
      passkey.lastUsedAt = 5
      let isNew = try await database.write { [passkey] in try PasskeyStore.insert(passkey, $0) }
      #expect(isNew)
      let read = try await database.read {
        ([try PasskeyStore.passkey(id: "1", $0), try PasskeyStore.passkey(credentialID: [9, 8, 7], $0)])
      }
      #expect(read == [passkey, passkey])
    }
  }

  @Test func aCredentialIsKeptOnceForWhomever() async throws {
    try await withUsers { database in
      let results = try await database.write { [owner, other] transaction in
        [
          try PasskeyStore.insert(.sample("1", of: owner, credentialID: [1]), transaction),
          try PasskeyStore.insert(.sample("2", of: other, credentialID: [1]), transaction),
          try PasskeyStore.insert(.sample("3", of: other, credentialID: [2]), transaction),
        ]
      }
      #expect(results == [true, false, true])
    }
  }

  @Test func oneIsPrimaryOfEachUser() async throws {
    try await withUsers { database in
      let primaries = try await database.write { [owner, other] transaction in
        for (id, user) in [("1", owner), ("2", owner), ("3", other)] {
          _ = try PasskeyStore.insert(.sample(id, of: user, credentialID: Array(id.utf8)), transaction)
        }
        try PasskeyStore.setPrimary("3", of: other.id, transaction)
        try PasskeyStore.setPrimary("1", of: owner.id, transaction)
        try PasskeyStore.setPrimary("2", of: owner.id, transaction)
        return try (PasskeyStore.passkeys(of: owner.id, transaction) + PasskeyStore.passkeys(of: other.id, transaction))
          .filter(\.isPrimary).map(\.id)
      }
      #expect(primaries == ["2", "3"])
    }
  }

  @Test func theListIsNewestFirst() async throws {
    try await withUsers { database in
      let ids = try await database.write { [owner] transaction in
        for (id, createdAt) in [("1", 5), ("3", 7), ("2", 7)] as [(String, Int64)] {
          _ = try PasskeyStore.insert(.sample(id, of: owner, credentialID: Array(id.utf8), createdAt: createdAt), transaction)
        }
        return try PasskeyStore.passkeys(of: owner.id, transaction).map(\.id)
      }
      #expect(ids == ["3", "2", "1"])
    }
  }

  @Test func switchedOffUntilSwitchedOn() async throws {
    try await withUsers { database in
      let states = try await database.write { [owner, other] transaction in
        var states = [try PasskeyStore.isOn(for: owner.id, transaction)]
        for isOn in [false, false, true, true] {
          try PasskeyStore.set(on: isOn, for: owner.id, transaction)
          states.append(try PasskeyStore.isOn(for: owner.id, transaction))
        }
        states.append(try PasskeyStore.isOn(for: other.id, transaction))
        return states
      }
      #expect(states == [true, false, false, true, true, true])
    }
  }

  @Test func aUseIsRecorded() async throws {
    try await withUsers { database in
      let (before, states, after) = try await database.write { [owner] transaction in
        let passkey = Passkey.sample("1", of: owner, credentialID: [1])
        _ = try PasskeyStore.insert(passkey, transaction)
        let before = try PasskeyStore.state(of: "1", transaction)
        try PasskeyStore.record(.init(signCount: 5, isUserVerified: true, isBackedUp: true), of: "1", at: 9, transaction)
        let first = try PasskeyStore.passkey(id: "1", transaction)
        try PasskeyStore.record(.init(signCount: 6, isUserVerified: false, isBackedUp: false), of: "1", at: 10, transaction)
        try PasskeyStore.set(on: false, for: owner.id, transaction)
        return (before, [first, try PasskeyStore.passkey(id: "1", transaction)], try PasskeyStore.state(of: "1", transaction))
      }
      #expect(before?.signCount == .max && before?.isOn == true)
      #expect(after?.signCount == 6 && after?.isOn == false)
      #expect(states.map { $0?.signCount } == [5, 6] && states.map { $0?.lastUsedAt } == [9, 10])
      // Once verified is verified; whether it is backed up may change.
      #expect(states.map { $0?.isUserVerified } == [true, true] && states.map { $0?.isBackedUp } == [true, false])
      let nobody = try await database.read { try PasskeyStore.state(of: "2", $0) == nil }
      #expect(nobody)
    }
  }
}
