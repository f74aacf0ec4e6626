import ApplicationSupport
import CustomerServiceAPI
import Identity
import Platform
import RPC
import Storage
import Testing

@testable import CustomerService

@Suite struct CustomerServicePolicyTests {
  private let key = ApplicationKey(random: SeededRandom(seed: 1))
  private let owner = "00000000000000000000000a"

  /// A policy that knows one key.
  private func withPolicy(_ body: (CustomerServicePolicy, TokenValidity, ApplicationKeyTable) throws -> Void) async throws {
    let time = ManualTime()
    let random = SeededRandom(seed: 2)
    let keys = ApplicationKeyTable(secret: try HashSecret(bytes: [UInt8](repeating: 7, count: 32)), time: time)
    keys.follow(
      ApplicationKeyRecord(id: "key-1", userID: owner, digest: keys.digest(of: key), ending: key.ending, isActive: true, createdAt: 1))
    try await TestDatabase.with { test in
      let validity = TokenValidity(time: time)
      let signer = AccessTokenSigner(
        issuer: "weft", audience: "csa", keys: SigningKeys(current: try SigningSecret(String(repeating: "s", count: 32)), previous: []),
        time: time, random: random)
      let policy = CustomerServicePolicy(
        tokens: signer, validity: ValidityLog(validity: validity, database: test.database, shared: SharedGeneration(), time: time),
        keys: keys, limitsRates: false, time: time)
      try body(policy, validity, keys)
    }
  }

  private func method(_ name: String) throws -> MethodDescriptor {
    try #require(MethodDescriptor.all(in: CustomerServiceAPIDescription.files).first { $0.path.hasSuffix(name) })
  }

  /// Why `body` was refused; nil if it was not.
  private func reason(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? RPCError)?.reason
    }
  }

  @Test func aKeyCallsForItsOwnerAsAUser() async throws {
    try await withPolicy { policy, validity, _ in
      validity.set(.init(role: User.Role.admin), for: owner)
      let caller = try policy.authenticate(bearerToken: key.text)
      #expect(caller == Caller(id: owner, role: "user", tokenID: "key-1", expiresAt: .max, isKey: true))
      #expect(reason { try policy.authorize(caller, method("/ListUsers")) } == "ADMINISTRATORS_ONLY")
    }
  }

  @Test(arguments: [
    "/ChangePassword", "/BindPhone", "/ChangePhone", "/CreateApplicationKey", "/RotateApplicationKey", "/SetApplicationKeyStatus",
  ])
  func aKeyManagesNoCredentials(name: String) async throws {
    let method = try method(name)
    try await withPolicy { policy, _, _ in
      let caller = try policy.authenticate(bearerToken: key.text)
      #expect(reason { try policy.authorize(caller, method) } == "KEYS_MANAGE_NO_CREDENTIALS")
      #expect(
        reason { () throws(RPCError) in
          try policy.authorize(Caller(id: owner, role: "user", tokenID: "t", expiresAt: .max), method)
        } == nil)
    }
  }

  @Test func aKeyOpensItsOwnersResources() async throws {
    try await withPolicy { policy, _, _ in
      let caller = try policy.authenticate(bearerToken: key.text)
      for name in ["/CreateTicket", "/GetMe", "/UpdateMe", "/GetApplicationKey"] {
        let method = try method(name)
        #expect(reason { try policy.authorize(caller, method) } == nil)
      }
    }
  }

  @Test func noKeyADisabledKeyAndADisabledOwnerAreRefused() async throws {
    try await withPolicy { policy, validity, keys in
      let unknown = ApplicationKey(random: SeededRandom(seed: 9)).text
      #expect(reason { _ = try policy.authenticate(bearerToken: unknown) } == "INVALID_TOKEN")
      #expect(reason { _ = try policy.authenticate(bearerToken: "sk-") } == "INVALID_TOKEN")
      validity.set(.init(isDisabled: true), for: owner)
      #expect(reason { _ = try policy.authenticate(bearerToken: key.text) } == "ACCOUNT_DISABLED")
      keys.forget(keys.digest(of: key))
      #expect(reason { _ = try policy.authenticate(bearerToken: key.text) } == "INVALID_TOKEN")
    }
  }

  /// A change of password ends tokens, not keys: they are rotated by themselves.
  @Test func aKeyOutlivesTheTokensOfItsOwner() async throws {
    try await withPolicy { policy, validity, _ in
      validity.set(.init(epoch: 5), for: owner)
      let caller = try policy.authenticate(bearerToken: key.text)
      #expect(caller.id == owner)
    }
  }
}
