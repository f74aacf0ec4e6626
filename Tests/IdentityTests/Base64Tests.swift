import Testing

@testable import Identity

@Suite struct Base64Tests {
  /// RFC 4648, section 10, without padding.
  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
  ])
  func rfc4648Section10(plain: String, text: String) {
    #expect(Base64.encode(Array(plain.utf8), .standard) == text)
    #expect(Base64.decode(text.utf8, .url) == Array(plain.utf8))
  }

  @Test func theAlphabetsDifferInTwoDigits() {
    #expect(Base64.encode([0xfb, 0xff], .standard) == "+/8")
    #expect(Base64.encode([0xfb, 0xff], .url) == "-_8")
    #expect(Base64.decode("+/8".utf8, .url) == nil)
    #expect(Base64.decode("-_8".utf8, .standard) == nil)
  }

  @Test(arguments: ["A", "AAAAA", "Zg==", "Zh", "Zm9", "Z g", "Z\ng", "密"])
  func everyTextButTheOneIsRefused(text: String) { #expect(Base64.decode(text.utf8, .url) == nil) }
}
