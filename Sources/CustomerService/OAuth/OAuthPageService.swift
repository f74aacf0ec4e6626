import CustomerServiceAPI
import Protobuf
import RPC

/// The pages between an authorization request and its answer, and the forms on them. The rest is in extensions, one for each act.
struct OAuthPageService: CSAv1.OAuthPageServiceServer {
  let endpoint: AuthorizationEndpoint
  let passwords: PasswordAuthentication
  let phones: PhoneAccounts
  let passkeys: PasskeySignIn
  let policy: CustomerServicePolicy

  /// GET /oauth/sign-in
  func showSignIn(_ request: CSAv1.ShowSignInRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    let parameters = AuthorizationParameters(canonical: request.request)
    let visit = endpoint.visit(request, uiLocales: parameters?[.uiLocales])
    return try await endpoint.answering(visit, call) {
      let asked = try await endpoint.read(canonical: request.request, call)
      return page(SignInPage.Means(rawValue: request.means) == .sms ? .sms : .password, for: asked, visit, call)
    }
  }

  /// GET /oauth/continue
  func proceed(_ request: CSAv1.ProceedRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    var visit = endpoint.visit(request, uiLocales: AuthorizationParameters(canonical: request.request)?[.uiLocales])
    visit.isAfterForm = true
    return try await endpoint.answering(visit, call) {
      try await endpoint.proceed(try await endpoint.read(canonical: request.request, call), visit, call)
    }
  }

  /// GET /oauth/style.css
  func getStyleSheet(_ request: CSAv1.GetStyleSheetRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    call.answer(asset: .style)
  }

  /// GET /oauth/sign-in.js
  func getScript(_ request: CSAv1.GetScriptRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    call.answer(asset: .script)
  }

  /// GET /oauth/icon.svg
  func getIcon(_ request: CSAv1.GetIconRequest, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    call.answer(asset: .icon)
  }
}

extension OAuthPageService {
  /// What a form is about, once it is known to be ours.
  struct Submission {
    var asked: AuthorizationRequest
    var visit: PageVisit
    /// The cookie that the form is bound to.
    var cookie: String
  }

  /// Checks a form and answers it by `body`; what is wrong is said on a page or to the client.
  func submitted(
    _ request: some PageFormRequest, _ call: ServerCall, _ body: (Submission) async throws -> GoogleAPI.HttpBody
  ) async throws -> GoogleAPI.HttpBody {
    var visit = endpoint.visit(request, uiLocales: AuthorizationParameters(canonical: request.request)?[.uiLocales])
    visit.isAfterForm = true
    return try await endpoint.answering(visit, call) { [visit] in
      let asked = try await endpoint.read(canonical: request.request, call)
      guard let cookie = endpoint.boundCookie(request, visit) else { return try stale(visit, call, next: asked.parameters.url) }
      return try await body(Submission(asked: asked, visit: visit, cookie: cookie))
    }
  }

  /// The answer to a form that is not of this browser, or of before somebody signed in or out with it.
  func stale(_ visit: PageVisit, _ call: ServerCall, next: String) throws -> GoogleAPI.HttpBody {
    call.logger.notice("a form without its token was refused", metadata: ["peer": "\(call.peer)"])
    let error = CustomerServiceError.staleForm.rpcError
    guard visit.wantsHTML else { throw error }
    let text = visit.language("此页面已过期，或浏览器未保存Cookie。请重试。", "This page is out of date, or the browser keeps no cookies. Try again.")
    return call.answer(
      page: ErrorPage(
        language: visit.language, text: text, reason: error.reason, next: (next, visit.language("重试", "Try again"))
      ).html, status: 403)
  }

  /// The page to sign in on, after something went wrong or by other means.
  func page(
    _ means: SignInPage.Means, for asked: AuthorizationRequest, _ visit: PageVisit, status: Int = 200, email: String? = nil,
    phone: String = "", problems: [PageProblem] = [], _ call: ServerCall
  ) -> GoogleAPI.HttpBody {
    endpoint.page(
      for: asked, visit, status: status, means: means == .code ? .sms : means, call
    ) { form in
      SignInPage(
        form: form, means: means, clientName: asked.client.name, email: email ?? asked.parameters[.loginHint] ?? "", phone: phone,
        problems: problems
      ).html
    }
  }

  /// What a form says that could not be done as it was sent: the page again, with the reason.
  func again(
    _ means: SignInPage.Means, after error: CustomerServiceError, at field: String?, _ form: Submission, email: String? = nil,
    phone: String = "", _ call: ServerCall
  ) throws -> GoogleAPI.HttpBody {
    guard form.visit.wantsHTML else { throw error }
    let said = error.rpcError
    if let retryAfter = said.retryAfter { call.setHTTPHeader("retry-after", String(retryAfter.wholeSecondsUp)) }
    // 401 asks for credentials in a header, which a form cannot send.
    let status = said.code == .unauthenticated ? 422 : PageErrorText.status(of: said)
    let problem = PageProblem(PageErrorText.text(of: said, form.visit.language), at: field)
    return page(means, for: form.asked, form.visit, status: status, email: email, phone: phone, problems: [problem], call)
  }

  /// Signs in and goes on with the request.
  func begin(_ user: User, by means: SignInMeans, _ form: Submission, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    let draft = endpoint.sessions.draft(by: means, replacing: form.cookie, call)
    try await endpoint.sessions.begin(user, draft, call)
    return proceed(form, draft, call)
  }

  /// Goes on with the request after somebody has signed in: the wish to be asked has been met.
  func proceed(_ form: Submission, _ draft: BrowserSessions.Draft, _ call: ServerCall) -> GoogleAPI.HttpBody {
    call.redirect(to: form.asked.parameters.afterSignIn.nextURL, status: 303, setCookie: endpoint.cookie.header(draft.cookie))
  }
}

extension AuthorizationEndpoint {
  /// The browser's cookie, if the form is bound to it and did not stand on another site's page.
  func boundCookie(_ request: some PageFormRequest, _ visit: PageVisit) -> String? {
    // Browsers that say where a form stood say it truly (Fetch Metadata); others say nothing.
    guard request.secFetchSite.isEmpty || request.secFetchSite == "same-origin" || request.secFetchSite == "none" else { return nil }
    guard let cookie = visit.cookie, forms.isValid(request.formToken, cookie: cookie, request: request.request) else { return nil }
    return cookie
  }
}
