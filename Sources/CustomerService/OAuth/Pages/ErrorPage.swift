/// The page that says what went wrong, where there is nobody to send the browser back to.
struct ErrorPage: Sendable {
  var language: PageLanguage
  var text: String
  /// The case, for whoever asks about it.
  var reason: String?
  /// Where to go on, if there is a way.
  var next: (url: String, text: String)?

  var html: HTML {
    let title = language("无法继续", "We cannot continue")
    let reasonHTML: HTML? = reason.map { "<p class=\"fine\"><code>\($0)</code></p>" }
    let nextHTML: HTML? = next.map { "<a class=\"button\" href=\"\($0.url)\">\($0.text)</a>" }
    return PageLayout(language: language, title: title, languageSwitch: nil, hasProblem: true).document(
      """
      <div>
      <h1>\(title)</h1>
      <p class="lead">\(text)</p>
      </div>
      \(nextHTML)\(reasonHTML)
      """)
  }
}
