import Testing

@testable import Gateway

struct DevelopmentPagesTests {
  @Test func nothingIsInlineAndEverythingNamedIsServed() throws {
    let pages = DevelopmentPages().pages
    for (path, page) in pages where page.contentType.hasPrefix("text/html") {
      let html = String(decoding: page.body, as: UTF8.self)
      #expect(try #require(page.contentSecurityPolicy).contains("default-src 'none'"), "\(path)")
      #expect(!html.contains("<style") && !html.contains(" style=") && !html.contains(/\ on[a-z]+=/), "\(path)")
      let named = html.split(separator: "\"").filter { $0.hasPrefix("/dev/") }
      #expect(!named.isEmpty && named.allSatisfy { pages[String($0)] != nil }, "\(path)")
    }
  }

  @Test func whatAServerSaidIsWrittenAsText() {
    for page in DevelopmentPages().pages.values where page.contentType.hasPrefix("text/javascript") {
      let script = String(decoding: page.body, as: UTF8.self)
      #expect(!script.contains("innerHTML") && !script.contains("eval(") && !script.contains("document.write"))
      #expect(!script.contains("localStorage") && !script.contains("sessionStorage"))
    }
  }

  @Test func everyLabelHasBothLanguages() {
    let lines = PasskeyPage.html.split(separator: "\n").filter {
      $0.contains("<label") || $0.contains("<button") || $0.contains("<h") && $0.contains("</h")
    }
    #expect(lines.count > 8 && lines.allSatisfy { $0.contains("lang=\"en\"") })
  }
}
