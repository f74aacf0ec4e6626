import HTTP
import Testing

@testable import Gateway

struct AcceptedVersionTests {
  @Test(arguments: [
    "", "*/*", "application/json", "text/html", "application/vnd.api+json", "application/vnd.api+json;q=0.1",
    // Something else will do as well.
    "application/vnd.api+json;version=2, application/json;q=0.1", "application/vnd.api+json;version=2, */*;q=0.8",
    "application/*, application/vnd.api+json;version=2", "application/vnd.api+json;version=2, application/vnd.api+json",
    // What weighs nothing is not asked for.
    "application/vnd.api+json;version=2;q=0", "application/vnd.api+json;version=2;q=0.000", "x/vnd.api+json;version=2",
  ])
  func namesNoVersionThatMustBe(accept: String) {
    #expect(AcceptedVersion(accept: accept) == .any)
    #expect(AcceptedVersion(accept: accept).allows("1"))
  }

  @Test(
    arguments: [
      ("application/vnd.api+json;version=1", ["1"]), ("application/vnd.api+json; version=1", ["1"]),
      ("APPLICATION/VND.API+JSON ;\tVERSION=\"1\"", ["1"]), ("application/vnd.api+json;version=\"\\1\"", ["1"]),
      ("application/vnd.api+json;charset=\"a;version=3,b\";version=2", ["2"]),
      ("text/html, application/vnd.api+json;version=2;q=0.5, application/vnd.api+json;version=1;q=0.1", ["2", "1"]),
      ("application/vnd.api+json;version=2, application/json;q=0, */*;q=0.0", ["2"]), ("application/vnd.api+json;version=", [""]),
      ("application/vnd.api+json;version=1;version=2", ["1"]), ("application/vnd.api+json;version=\"1", ["\"1"]),
    ] as [(String, [String])])
  func namesVersions(accept: String, versions: [String]) {
    #expect(AcceptedVersion(accept: accept) == .only(versions))
    #expect(AcceptedVersion(accept: accept).allows("1") == versions.contains("1"))
  }

  @Test func linesOfOneNameAreOneList() {
    #expect(AcceptedVersion(Headers(["accept": "text/html", "accept": "application/vnd.api+json;version=2"])) == .any)
    #expect(AcceptedVersion(Headers(["accept": "application/vnd.api+json;version=2", "accept": "text/html"])) == .only(["2"]))
    #expect(AcceptedVersion(Headers()) == .any)
  }
}
