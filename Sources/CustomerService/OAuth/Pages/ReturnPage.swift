/// The page that leads back to the client after a form, by itself or by its link.
struct ReturnPage: Sendable {
  var language: PageLanguage
  /// The client's host.
  var destination: String
  /// With the answer.
  var url: String

  var html: HTML {
    let title = language("正在返回应用", "Taking you back")
    return PageLayout(language: language, title: title, languageSwitch: nil, leadsTo: url).document(
      """
      <div>
      <h1>\(title)</h1>
      <p class="lead">\(language("即将前往", "You are on your way to")) <strong><bdi>\(destination)</bdi></strong></p>
      </div>
      <a class="button" href="\(url)">\(language("如未自动跳转，请点此继续", "Continue"))</a>
      """)
  }
}
