import Testing

@testable import Delivery

@Suite struct MailAddressTests {
  @Test(arguments: ["a@b", "admin@localhost", "first.last+tag@example.co.uk", "o'hara@example.com", "x@1.2.3.4", "用户@例子.中国"])
  func asciiAddressesAreTaken(text: String) {
    #expect((MailAddress(text)?.address == text) == text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test(arguments: [
    "", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b c", "a@b\r\nBcc: c@d", "a@b\n", "a\u{0}@b", "<a@b>", "a@b>", "\"a b\"@c", "a..b@c",
    ".a@c",
    "a@b..c", "a@[127.0.0.1]", "a@b,c@d", "a@b;c", "a@b_c", "a:b@c", "a(b)@c",
  ])
  func whatCouldMeanAnythingElseIsRefused(text: String) {
    #expect(MailAddress(text) == nil)
  }

  @Test func lengthsAreThoseOfTheProtocol() {
    #expect(MailAddress(String(repeating: "a", count: 64) + "@b") != nil && MailAddress(String(repeating: "a", count: 65) + "@b") == nil)
    #expect(MailAddress("a@" + String(repeating: "b", count: 252)) != nil && MailAddress("a@" + String(repeating: "b", count: 253)) == nil)
  }

  @Test(
    arguments: [
      ("Weft <no-reply@example.com>", "Weft"), ("\"客服, 中心\" <no-reply@example.com>", "客服, 中心"), ("no-reply@example.com", nil),
      ("<no-reply@example.com>", nil),
      ("  A  <no-reply@example.com>", "A"),
    ] as [(String, String?)])
  func theSettingMayHaveAName(setting: String, name: String?) {
    let address = MailAddress(setting: setting)
    #expect(address?.address == "no-reply@example.com" && address?.name == name)
  }

  @Test(arguments: ["", "Weft", "Weft <>", "Weft <a>", "a\r\nb <a@b>", "Weft a@b", "Weft <a@b> x"])
  func aSettingThatIsNoneIsRefused(setting: String) {
    #expect(MailAddress(setting: setting) == nil)
  }
}
