import Testing

@testable import CustomerService

@Suite struct HTMLTests {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("\" onfocus=\"alert(1)", "&quot; onfocus=&quot;alert(1)"),
    ("' autofocus '", "&#39; autofocus &#39;"),
    ("Tom & Jerry &lt;", "Tom &amp; Jerry &amp;lt;"),
    ("云梦\u{202E}镜像🪞", "云梦\u{202E}镜像🪞"),
    // One grapheme cluster with the sign in it: it is the scalar that a parser sees.
    ("<\u{301}b\u{200D}>", "&lt;\u{301}b\u{200D}&gt;"),
  ])
  func whatIsInterpolatedIsText(value: String, escaped: String) {
    let html: HTML = "<p title=\"\(value)\">\(value)</p>"
    #expect(html.text == "<p title=\"\(escaped)\">\(escaped)</p>")
  }

  @Test func htmlInHTMLStaysHTML() {
    let name: HTML = "<b>\("a<b")</b>"
    let none: HTML? = nil
    let html: HTML = "<p>\(name)\(none)\([name, name])</p>"
    #expect(html.text == "<p><b>a&lt;b</b><b>a&lt;b</b><b>a&lt;b</b></p>")
  }

  @Test func attributesAreLeftOutOrQuoted() {
    let html: HTML =
      "<input\(attribute: "value", "\"><script>")\(attribute: "hint", nil)\(flag: "hidden", if: true)\(flag: "x", if: false)>"
    #expect(html.text == "<input value=\"&quot;&gt;&lt;script&gt;\" hidden>")
  }
}
