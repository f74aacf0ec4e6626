import Testing

@testable import Gateway

struct DocumentationPagesTests {
  private static let swaggerUI = SwaggerUI(styleSheet: Array("css".utf8), script: Array("js".utf8), icon: [1, 2])

  @Test func servesTheDescriptionAndThePage() throws {
    let pages = DocumentationPages(openAPI: Array("{}".utf8), swaggerUI: Self.swaggerUI)
    #expect(try #require(pages.pages["/openapi.json"]).body == Array("{}".utf8))
    #expect(try #require(pages.pages["/docs/swagger-ui.css"]).contentType == "text/css; charset=utf-8")
    #expect(pages.pages["/docs/../secret"] == nil)
  }

  @Test func thePageHasNothingInline() throws {
    let pages = DocumentationPages(openAPI: nil, swaggerUI: Self.swaggerUI)
    let index = try #require(pages.pages["/docs"])
    let html = String(decoding: index.body, as: UTF8.self)
    for line in html.split(separator: "\n") where line.contains("<script") {
      #expect(line.contains("src=\"/docs/") && line.hasSuffix("></script>"))
    }
    #expect(!html.contains("style=") && !html.contains("<style") && !html.contains("onload="))
    let policy = try #require(index.contentSecurityPolicy)
    #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
  }

  @Test func everyFileThatThePageNamesIsServed() throws {
    let pages = DocumentationPages(openAPI: Array("{}".utf8), swaggerUI: Self.swaggerUI)
    let html = String(decoding: try #require(pages.pages["/docs"]).body, as: UTF8.self)
    let named = html.split(separator: "\"").filter { $0.hasPrefix("/docs/") }
    #expect(named.count == 5)
    for path in named { #expect(pages.pages[String(path)] != nil) }
  }

  @Test func theTagChangesWithTheContent() throws {
    func tag(_ text: String) throws -> String {
      try #require(DocumentationPages(openAPI: Array(text.utf8), swaggerUI: nil).pages["/openapi.json"]).entityTag
    }
    #expect(try tag("{}") == tag("{}"))
    #expect(try tag("{}") != tag("{ }"))
  }

  @Test func withoutTheFilesThereIsNoPage() {
    #expect(SwaggerUI(directory: "/nonexistent") == nil)
    #expect(DocumentationPages(openAPI: nil, swaggerUI: nil).pages["/docs"] == nil)
  }

  @Test func theFilesLieInTheCacheDirectory() {
    #expect(SwaggerUI.defaultDirectory(environment: ["HOME": "/home/a"]) == "/home/a/.cache/weft/swagger-ui")
    #expect(SwaggerUI.defaultDirectory(environment: ["HOME": "/home/a", "XDG_CACHE_HOME": "/c"]) == "/c/weft/swagger-ui")
    #expect(SwaggerUI.defaultDirectory(environment: ["HOME": "/home/a", "WEFT_CACHE": "/w"]) == "/w/swagger-ui")
    #expect(SwaggerUI.defaultDirectory(environment: [:]) == nil)
  }
}
