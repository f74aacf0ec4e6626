import Testing

@testable import CustomerService

@Suite struct KnownOAuthClientsTests {
  private static func client(_ id: String, isActive: Bool = true) -> OAuthClient {
    OAuthClient(
      id: id, name: "n", secretDigest: nil, redirectURIs: [], scopes: OAuthScope(), grantTypes: [], idTokenAlgorithm: "RS256",
      isActive: isActive, createdAt: 0)
  }

  @Test func remembersUntilTheRowChanges() {
    let known = KnownOAuthClients()
    let first = known.client(id: "a")
    #expect(first.client == nil)
    known.remember(Self.client("a"), edition: first.edition)
    #expect(known.client(id: "a").client?.id == "a")
    known.forget(id: "a")
    #expect(known.client(id: "a").client == nil)
  }

  @Test func aRowThatWasReadBeforeItChangedIsNotRemembered() {
    let known = KnownOAuthClients()
    let before = known.client(id: "a")
    known.forget(id: "a")
    known.remember(Self.client("a"), edition: before.edition)
    #expect(known.client(id: "a").client == nil)
  }

  @Test func neverHoldsMoreThanItsBound() {
    let known = KnownOAuthClients(countMax: 2)
    for id in ["a", "b", "c"] { known.remember(Self.client(id), edition: known.client(id: id).edition) }
    #expect(["a", "b", "c"].filter { known.client(id: $0).client != nil } == ["c"])
  }
}
