import Testing

@testable import Storage

@Suite struct LiteralTokensTests {
  private func tokens(_ texts: String..., bytesMax: Int = .max) -> String {
    SearchDocument(key: 1, texts: texts, filters: ["u1"]).tokens(for: .literal, bytesMax: bytesMax).replacing("\u{80}", with: "|")
  }

  @Test func neighboursAndThenEachCharacterOnce() {
    #expect(tokens("应急应") == "|u1 应急 急应 | |应 |急")
    #expect(tokens("急") == "|u1 | |急")
    #expect(tokens("") == "|u1 |")
    #expect(tokens("ab", "Bc") == "|u1 ab | bc | |a |b |c")
  }

  /// What FTS5 would part tokens at stands in another form, and so does what that form begins with.
  @Test func everyCharacterIsAPartOfATokenAndOnlyOfItsOwn() {
    var seen: Set<String> = []
    for value in UInt32(1)...0x300 where !(0x41...0x5a).contains(value) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let phrase = String(decoding: LiteralTokens.phrase("\(Character(scalar))字").bytes, as: UTF8.self)
      #expect(seen.insert(phrase).inserted, "\(value)")
      let parts = phrase.utf8.contains { $0 < 0x80 && !(0x30...0x39).contains($0) && !(0x61...0x7a).contains($0) }
      #expect(!parts, "\(value)")
    }
  }

  @Test func phrasesAreTheTokensOfTheText() {
    #expect(String(decoding: LiteralTokens.phrase("应急预").bytes, as: UTF8.self) == "应急 急预")
    #expect(String(decoding: LiteralTokens.phrase("A").bytes, as: UTF8.self) == "\u{80}a")
    #expect(LiteralTokens.phrase("").bytes.isEmpty)
  }

  /// The phrase ends where a pair comes too often, and says so.
  @Test func repetitionsAreBounded() {
    #expect(LiteralTokens.phrase(String(repeating: "-", count: 9)).isWhole)
    let (bytes, isWhole) = LiteralTokens.phrase(String(repeating: "哈", count: 100))
    #expect(String(decoding: bytes, as: UTF8.self) == Array(repeating: "哈哈", count: 8).joined(separator: " ") && !isWhole)
    #expect(SearchQuery(literal: String(repeating: "ab", count: 10))?.isExact == false)
    #expect(SearchQuery(literal: String(repeating: "ab", count: 8))?.isExact == true)
  }

  @Test func onlyWholeCharactersWithinTheLimit() {
    #expect(tokens("应急预案", bytesMax: 8) == "|u1 应急 | |应 |急")
  }

  @Test func queries() {
    #expect(SearchQuery(literal: "") == nil)
    #expect(SearchQuery(literal: "应急", filter: "u1")?.match == "\"\u{80}u1\" AND \"应急\"")
    #expect(
      SearchQuery(literal: "应急", filter: "u1", excluding: ["p1", "p2"])?.match
        == "(\"\u{80}u1\" AND \"应急\") NOT (\"\u{80}p1\" OR \"\u{80}p2\")")
  }
}
