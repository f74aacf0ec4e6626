import Testing

@testable import Identity

@Suite struct EmailAddressTests {
  @Test(arguments: [
    ("User@Example.COM", "user@example.com"), ("user@example.com", "user@example.com"), (" A@b ", " a@b "),
    ("ÄÖ@例子.CN", "ÄÖ@例子.cn"), ("", ""), ("K@x", "k@x"), ("\u{212A}@x", "\u{212A}@x"),
  ])
  func makesASCIICapitalsSmallAndNothingElse(address: String, normalised: String) {
    #expect(Array(EmailAddress.normalised(address).utf8) == Array(normalised.utf8))
  }
}
