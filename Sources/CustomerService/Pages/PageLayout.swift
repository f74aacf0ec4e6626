/// What all pages have in common: head, brand, language switch, one card with the content.
struct PageLayout: Sendable {
  var language: PageLanguage
  /// What the window's title and the heading say.
  var title: String
  /// Where the same page is in the other language; nil for a page that is the answer to a form.
  var languageSwitch: String?
  /// Something is wrong: the title says so first, as a screen reader reads it first.
  var hasProblem = false
  /// Where the browser goes by itself, at once, in the place of this page.
  var leadsTo: String?
  /// The page has buttons that only a script can make work.
  var hasScript = false

  /// The whole document around `content`.
  func document(_ content: HTML) -> HTML {
    let windowTitle = (hasProblem ? language("出错了：", "Error: ") : "") + title + " · " + Brand.name(language)
    let refresh: HTML? = leadsTo.map { "<meta http-equiv=\"refresh\" content=\"0;url=\($0)\">\n" }
    let script: HTML? = hasScript ? "\n<script src=\"\(PageAsset.script.url)\" defer></script>" : nil
    return """
      <!doctype html>
      <html lang="\(language.tag)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="robots" content="noindex">
      \(refresh)<title>\(windowTitle)</title>
      <link rel="stylesheet" href="\(PageAsset.style.url)">
      <link rel="icon" type="image/svg+xml" href="\(PageAsset.icon.url)">\(script)
      </head>
      <body>
      <header class="top">
      <p class="brand">\(Brand.mark)<span>\(Brand.name(language))</span></p>
      \(switcher)
      </header>
      <main class="card">
      \(content)
      </main>
      </body>
      </html>

      """
  }

  private var switcher: HTML? {
    guard let languageSwitch else { return nil }
    let other = language.other
    return
      "<nav aria-label=\"\(language("语言", "Language"))\"><a class=\"quiet\" href=\"\(languageSwitch)\" lang=\"\(other.tag)\" hreflang=\"\(other.tag)\">\(other.name)</a></nav>"
  }
}

/// Who the pages speak for.
enum Brand {
  static func name(_ language: PageLanguage) -> String { language("云梦镜像", "DreamReflex") }

  /// A crescent and its reflection.
  static let mark: HTML = """
    <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">\
    <path d="M5 14.5a11 11 0 0 1 22 0z" fill="currentColor"/><path d="M7.5 17.5h17a8.5 8.5 0 0 1-17 0z" fill="currentColor" opacity=".45"/></svg>
    """
}
