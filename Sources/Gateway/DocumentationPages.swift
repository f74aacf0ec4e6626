/// The pages about the API itself: `/openapi.json` and, under `/docs`, Swagger UI on it.
public struct DocumentationPages: Sendable {
  /// One page as it is sent.
  struct Page: Sendable {
    var status = 200
    var contentType: String
    var body: [UInt8]
    /// A strong validator (RFC 9110, section 8.8.3).
    var entityTag: String
    /// Only HTML needs one.
    var contentSecurityPolicy: String?
  }

  /// By path, without trailing slash.
  let pages: [String: Page]
  /// Whether `/docs` has something to show.
  let hasSwaggerUI: Bool

  /// - Parameters:
  ///   - openAPI: The description that `/openapi.json` answers; nil where there is none.
  ///   - swaggerUI: The files of the page, or nil where `make setup` has not fetched them; `/docs` then answers 503 and says so.
  public init(openAPI: [UInt8]? = nil, swaggerUI: SwaggerUI? = nil) {
    var pages: [String: Page] = [:]
    if let openAPI {
      pages["/openapi.json"] = Self.page("application/json", openAPI)
    }
    if let swaggerUI {
      var index = Self.page("text/html; charset=utf-8", Array(Self.indexPage.utf8))
      index.contentSecurityPolicy = Self.contentSecurityPolicy
      pages["/docs"] = index
      pages["/docs/init.js"] = Self.page("text/javascript; charset=utf-8", Array(Self.initScript.utf8))
      pages["/docs/init.css"] = Self.page("text/css; charset=utf-8", Array(Self.initStyle.utf8))
      pages["/docs/swagger-ui.css"] = Self.page("text/css; charset=utf-8", swaggerUI.styleSheet)
      pages["/docs/swagger-ui-bundle.js"] = Self.page("text/javascript; charset=utf-8", swaggerUI.script)
      pages["/docs/favicon-32x32.png"] = Self.page("image/png", swaggerUI.icon)
    }
    self.pages = pages
    hasSwaggerUI = swaggerUI != nil
  }

  private static func page(_ contentType: String, _ body: [UInt8]) -> Page {
    Page(contentType: contentType, body: body, entityTag: entityTag(of: body))
  }

  /// FNV-1a, 64 bits: tells versions of our own pages apart, guards nothing.
  private static func entityTag(of body: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "\"" + String(hash, radix: 16) + "\""
  }

  /// Everything from this server, nothing inline; `data:` for the small pictures inside the style sheet.
  private static let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private static let indexPage = """
    <!doctype html>
    <html lang="zh-CN">
    <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>API</title>
      <link rel="stylesheet" href="/docs/swagger-ui.css">
      <link rel="stylesheet" href="/docs/init.css">
      <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
    </head>
    <body>
      <div id="swagger-ui"></div>
      <script src="/docs/swagger-ui-bundle.js"></script>
      <script src="/docs/init.js"></script>
    </body>
    </html>

    """
}
