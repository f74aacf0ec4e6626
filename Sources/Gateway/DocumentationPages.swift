/// The pages about the API itself: `/openapi.json` and, under `/docs`, Swagger UI on it.
public struct DocumentationPages: Sendable {
  /// By path, without trailing slash.
  let pages: [String: StaticPage]
  /// Whether `/docs` has something to show.
  let hasSwaggerUI: Bool

  /// - Parameters:
  ///   - openAPI: The description that `/openapi.json` answers; nil where there is none.
  ///   - swaggerUI: The files of the page, or nil where `make setup` has not fetched them; `/docs` then answers 503 and says so.
  public init(openAPI: [UInt8]? = nil, swaggerUI: SwaggerUI? = nil) {
    var pages: [String: StaticPage] = [:]
    if let openAPI {
      pages["/openapi.json"] = StaticPage("application/json", openAPI)
    }
    if let swaggerUI {
      pages["/docs"] = .html(Self.indexPage)
      pages["/docs/init.js"] = .script(Array(Self.initScript.utf8))
      pages["/docs/init.css"] = .styleSheet(Array(Self.initStyle.utf8))
      pages["/docs/swagger-ui.css"] = .styleSheet(swaggerUI.styleSheet)
      pages["/docs/swagger-ui-bundle.js"] = .script(swaggerUI.script)
      pages["/docs/favicon-32x32.png"] = StaticPage("image/png", swaggerUI.icon)
    }
    self.pages = pages
    hasSwaggerUI = swaggerUI != nil
  }

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
