import Testing

@testable import Gateway

struct CORSPolicyTests {
  @Test func aStarAllowsAnyOriginWithoutNamingIt() {
    #expect(CORSPolicy(setting: "*") == .anyOrigin)
    #expect(CORSPolicy(setting: "https://a.example, *") == .anyOrigin)
    #expect(CORSPolicy.anyOrigin.allowed("https://anything.example") == "*")
    #expect(!CORSPolicy.anyOrigin.varies)
  }

  @Test func aListAllowsItsOriginsOnly() throws {
    let policy = try #require(CORSPolicy(setting: " https://App.example:8443 ,http://localhost:3000,"))
    #expect(policy.allowed("https://app.example:8443") == "https://app.example:8443")
    #expect(policy.allowed("http://localhost:3000") == "http://localhost:3000")
    #expect(policy.allowed("https://app.example") == nil)
    #expect(policy.allowed("null") == nil)
    #expect(policy.varies)
  }

  @Test func nothingAllowsNothing() throws {
    let policy = try #require(CORSPolicy(setting: ""))
    #expect(policy.allowed("https://app.example") == nil)
  }

  @Test(arguments: [
    "example.com", "ftp://example.com", "https://", "https://a.example/path", "https://user@a.example", "https://*.example",
  ])
  func refusesWhatIsNoOrigin(setting: String) {
    #expect(CORSPolicy(setting: setting) == nil)
  }
}
