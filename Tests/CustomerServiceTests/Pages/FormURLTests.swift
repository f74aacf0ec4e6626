import Testing

@testable import CustomerService

@Suite struct FormURLTests {
  @Test func valuesComeBackAsTheyWere() throws {
    let values = ["", "a b+c", "ä&=?#%", "云梦🪞", "\r\n\u{0}", "https://a.example/cb?x=1&y=2#z", "'\"<>\\"]
    let text = FormURL.encode(values.enumerated().map { ("n\($0.offset)&=", $0.element) })
    #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "<") })
    let back = try #require(FormURL.decode(text))
    #expect(back.map(\.value) == values)
    #expect(back.map(\.name) == values.indices.map { "n\($0)&=" })
  }

  @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "%c3=1"])
  func brokenTextIsRefused(text: String) {
    #expect(FormURL.decode(text) == nil)
  }

  @Test(arguments: [
    ("https://a.example/cb", "https://a.example/cb?code=1%202"),
    ("https://a.example", "https://a.example?code=1%202"),
    ("https://a.example/cb?x=1", "https://a.example/cb?x=1&code=1%202"),
    ("https://a.example/cb?", "https://a.example/cb?code=1%202"),
    ("https://a.example/cb?x&", "https://a.example/cb?x&code=1%202"),
    ("com.example.app:/cb", "com.example.app:/cb?code=1%202"),
  ])
  func aQueryIsAddedToWhatIsThere(url: String, expected: String) {
    #expect(FormURL.url(url, adding: [("code", "1 2")]) == expected)
    #expect(FormURL.url(url, adding: []) == url)
  }
}
