import Testing

@testable import Gateway

struct RequestIDTests {
  @Test(arguments: ["a", "4bf92f35-77b3", "~!#", String(repeating: "x", count: 128)])
  func takesTheClientsOwn(offered: String) {
    #expect(RequestID.choose(offered: offered) == offered)
  }

  @Test(arguments: [nil, "", "a b", "a\nb", "号", "a\u{7F}", String(repeating: "x", count: 129)])
  func makesOneOfThirtyTwoHexDigitsOtherwise(offered: String?) {
    let made = RequestID.choose(offered: offered)
    #expect(made != offered)
    #expect(made.utf8.count == 32 && made.utf8.allSatisfy { PercentCoding.hexValue($0) != nil })
    #expect(RequestID.choose(offered: offered) != made)
  }
}
