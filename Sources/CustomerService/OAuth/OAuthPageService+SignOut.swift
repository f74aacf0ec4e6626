import CustomerServiceAPI
import Protobuf
import RPC

extension OAuthPageService {
  /// GET /oauth/sign-out
  func showSignOut(_ request: CSAv1.ShowSignOutRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    let visit = endpoint.visit(request, uiLocales: request.uiLocales)
    return try await endpoint.answering(visit, call) {
      let current = try await endpoint.sessions.current(visit.cookie, call)
      return signOutPage(visit, account: current?.user.email, cookie: visit.cookie, call)
    }
  }

  /// POST /oauth/sign-out
  func signOut(_ request: CSAv1.SignOutRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    let visit = endpoint.visit(request, uiLocales: request.uiLocales)
    return try await endpoint.answering(visit, call) {
      let here = Self.signOutURL(visit.language)
      guard let cookie = endpoint.boundCookie(request, visit) else { return try stale(visit, call, next: here) }
      try await endpoint.sessions.end(cookie, call)
      return call.redirect(to: here, status: 303, setCookie: endpoint.cookie.header(endpoint.sessions.makeCookie()))
    }
  }

  private func signOutPage(_ visit: PageVisit, account: String?, cookie: String?, _ call: ServerCall) -> GoogleAPI.HttpBody {
    let form = PageForm(
      language: visit.language, request: "", token: cookie.map { endpoint.forms.token(cookie: $0, request: "") } ?? "",
      languageSwitch: Self.signOutURL(visit.language.other))
    return call.answer(page: SignOutPage(form: form, account: account).html)
  }

  private static func signOutURL(_ language: PageLanguage) -> String {
    FormURL.url("/oauth/sign-out", adding: [("ui_locales", language.tag)])
  }
}
