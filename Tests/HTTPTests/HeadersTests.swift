import Testing

@testable import HTTP

@Suite struct HeadersTests {
  @Test func findsFieldsWithoutRegardToCase() {
    let headers: Headers = ["Content-Type": "a/b", "x-many": "1", "X-Many": "2"]
    #expect(headers["content-type"] == "a/b")
    #expect(headers["CONTENT-TYPE"] == "a/b")
    #expect(headers["content-typ"] == nil)
    #expect(headers.values("x-many") == ["1", "2"])
    #expect(headers.map(\.name) == ["content-type", "x-many", "x-many"])
    #expect(headers.count == 3)
  }

  @Test func charactersThatDifferInOneBitAreDifferentNames() {
    // '@' and '`' differ as 'A' and 'a' do.
    let headers: Headers = ["a@": "1"]
    #expect(headers["a`"] == nil)
  }

  @Test func settingReplacesAllAndRemovingTakesAll() {
    var headers: Headers = ["a": "1", "b": "2", "a": "3"]
    headers.set("A", "4")
    #expect(headers.map { "\($0.name)=\($0.value)" } == ["b=2", "a=4"])
    headers.remove("b")
    headers.remove("missing")
    #expect(headers.count == 1)
  }

  @Test func theSizeCountsThirtyTwoBytesAField() {
    let headers: Headers = ["ab": "cde", "f": ""]
    #expect(headers.listSize == 5 + 32 + 1 + 32)
  }

  @Test(arguments: ["a\r\nb", "a\nb", "a\0b", "\u{7f}"]) func aValueThatCouldSplitAResponseIsNotSendable(_ value: String) {
    #expect(!Headers(["x": value]).isSendable)
  }

  @Test(arguments: ["", "a b", "a:", "ä", "a\r"]) func aNameThatIsNoTokenIsNotSendable(_ name: String) {
    #expect(!Headers([name: "v"]).isSendable)
  }

  @Test func aRequestHeadKeepsPathAndAuthorityApartFromItsFields() {
    var head = RequestHead(method: "POST", path: "/a?b", authority: "host:1", headers: ["te": "trailers"])
    #expect(head.method == .post)
    #expect(head.path == "/a?b")
    #expect(head.authority == "host:1")
    head.headers.remove("te")
    head.headers.append("k", "v")
    #expect(head.path == "/a?b")
    #expect(head.headers.map(\.name) == ["k"])
  }
}
