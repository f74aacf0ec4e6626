import Testing

@testable import RPC

@Suite struct RequestIDsTests {
  @Test func idsAreSixteenDigitsAndDiffer() {
    let ids = RequestIDs()
    let made = (0..<1000).map { _ in ids.next() }
    #expect(Set(made).count == 1000)
    #expect(made.allSatisfy { $0.utf8.count == 16 && RequestIDs.isSane($0) })
  }

  @Test(arguments: ["", "a b", "a\nb", "工", "a/b", String(repeating: "a", count: 129)]) func isUnfitForALogLine(id: String) {
    #expect(!RequestIDs.isSane(id))
  }

  @Test(arguments: ["a", "0123-ABC_x.y", String(repeating: "a", count: 128)]) func isFitForALogLine(id: String) {
    #expect(RequestIDs.isSane(id))
  }
}
