/// What every form of one page carries: the client's request and the token that shows that this server made the form.
struct PageForm: Sendable {
  var language: PageLanguage
  /// The client's request in its canonical form; empty on a page that stands alone.
  var request: String
  var token: String
  /// Where the same page is in the other language; nil for an answer to a form that cannot be asked for.
  var languageSwitch: String?

  /// A form that posts to `action`, a path of ours.
  ///
  /// `novalidate`: what is missing is said by the server in the page's language, in one place, as a browser's bubbles would not be.
  func html(action: StaticString, attributes: HTML = "", _ content: HTML) -> HTML {
    let requestHTML: HTML? = request.isEmpty ? nil : "<input type=\"hidden\" name=\"request\" value=\"\(request)\">\n"
    return """
      <form method="post" action="\(action.description)" novalidate\(attributes)>
      \(requestHTML)<input type="hidden" name="form_token" value="\(token)">
      \(content)
      </form>
      """
  }
}
