import Testing

@testable import Typesetting

@Suite struct LinkAddressTests {
  @Test(arguments: [
    "javascript:alert(1)", "JAVASCRIPT:x", "file:///etc/passwd", "data:text/html,x", "//a.cn", "a.html", "#x", " http://a.cn", "",
    "http://", "mailto:",
  ])
  func otherSchemesStayText(address: String) { #expect(LinkAddress.allowed(address) == nil) }

  @Test func restIsPercentEncoded() {
    #expect(LinkAddress.allowed("HTTPS://a.cn/路?q=\"'<>\\") == "HTTPS://a.cn/%E8%B7%AF?q=%22%27%3C%3E%5C")
    #expect(LinkAddress.allowed("mailto:a@b.cn") == "mailto:a@b.cn")
    // Word refuses a file with an address that RFC 3986 does not know.
    #expect(LinkAddress.allowed("http://a.cn/[x]%zz%41#a#b") == "http://a.cn/%5Bx%5D%25zz%41#a%23b")
    #expect(LinkAddress.allowed("http://a.cn/" + String(repeating: "x", count: 2_000)) == nil)
  }
}
