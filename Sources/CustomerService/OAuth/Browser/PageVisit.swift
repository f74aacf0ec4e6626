import CustomerServiceAPI

/// What every request for a page says of the browser, by its headers.
protocol PageRequest: Sendable {
  var cookie: String { get }
  var accept: String { get }
  var acceptLanguage: String { get }
}

/// What every form of the pages says besides.
protocol PageFormRequest: PageRequest {
  var request: String { get }
  var formToken: String { get }
  var secFetchSite: String { get }
}

extension CSAv1.ShowSignInRequest: PageRequest {}
extension CSAv1.ProceedRequest: PageRequest {}
extension CSAv1.ShowSignOutRequest: PageRequest {}
extension CSAv1.SignInRequest: PageFormRequest {}
extension CSAv1.SendSignInCodeRequest: PageFormRequest {}
extension CSAv1.SignInByCodeRequest: PageFormRequest {}
extension CSAv1.SignInByPasskeyRequest: PageFormRequest {}
extension CSAv1.DecideRequest: PageFormRequest {}
extension CSAv1.SignOutRequest: PageFormRequest {
  /// This form belongs to no request of a client.
  var request: String { "" }
}

/// One visit of a browser: who it is as far as its cookie says, and how to speak to it.
struct PageVisit: Sendable {
  /// The cookie's value; nil if the browser has none of ours.
  var cookie: String?
  var language: PageLanguage
  /// Whether somebody looks at the answer. Otherwise errors have the documented shape, as everywhere.
  var wantsHTML: Bool
  /// The browser has just sent a form of ours, or followed the redirection that one was answered with.
  var isAfterForm = false

  init(_ request: some PageRequest, uiLocales: String, cookie: SessionCookie) {
    self.cookie = cookie.value(in: request.cookie)
    language = PageLanguage(uiLocales: uiLocales, acceptLanguage: request.acceptLanguage)
    wantsHTML = request.accept.split(separator: ",").contains { $0.contains("text/html") }
  }
}
