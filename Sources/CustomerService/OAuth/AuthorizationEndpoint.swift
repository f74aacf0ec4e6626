import ApplicationSupport
import Identity
import Platform
import Protobuf
import RPC
import Storage

/// The authorization endpoint and what stands around it: reads a client's request, finds out who is there and what they have allowed, and
/// answers with a page or a redirection.
///
/// Source: RFC 6749, section 3.1; OpenID Connect Core 1.0, section 3.1.2.
struct AuthorizationEndpoint: Sendable {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let policy: CustomerServicePolicy
  let sessions: BrowserSessions
  let forms: FormTokens
  let codes: AuthorizationCodes
  let keys: SigningKeyRing
  let publicURL: PublicURL

  var cookie: SessionCookie { SessionCookie(publicURL: publicURL.value) }

  func visit(_ request: some PageRequest, uiLocales: String?) -> PageVisit {
    PageVisit(request, uiLocales: uiLocales ?? "", cookie: cookie)
  }

  // MARK: The request

  /// - Throws: `AuthorizationFailure`.
  func read(_ parameters: AuthorizationParameters, _ call: ServerCall) async throws -> AuthorizationRequest {
    let id = parameters.isRepeated(.clientID) ? nil : parameters[.clientID]
    let client = try await database.read(for: call) { transaction in
      try id.flatMap { try OAuthClientStore.client(id: $0, transaction) }
    }
    return try AuthorizationRequest(parameters, client: client)
  }

  /// The request that a form or a link of ours carries.
  func read(canonical: String, _ call: ServerCall) async throws -> AuthorizationRequest {
    guard let parameters = AuthorizationParameters(canonical: canonical) else { throw CustomerServiceError.staleForm }
    return try await read(parameters, call)
  }

  /// Answers what `body` throws where it can be answered: to the client, to whoever looks by a page, or in the documented shape.
  func answering(
    _ visit: PageVisit, _ call: ServerCall, _ body: () async throws -> GoogleAPI.HttpBody
  ) async throws -> GoogleAPI.HttpBody {
    do {
      return try await body()
    } catch AuthorizationFailure.returned(let error) {
      return sendBack(AuthorizationResponse.url(error, issuer: publicURL.value), to: error.redirectURI, visit, call)
    } catch AuthorizationFailure.shown(let error) {
      return try show(error.rpcError, visit, call)
    } catch let error as any RPCErrorConvertible {
      return try show(error.rpcError, visit, call)
    } catch let error as RPCError {
      return try show(error, visit, call)
    }
  }

  /// Sends the browser back to its client.
  ///
  /// After a form that is a page, which leads on by itself. Browsers hold every redirection after a form against `form-action`, those that the
  /// client makes later too (as when its callback sends the browser on to another of its hosts), and nobody can know them all. An
  /// application's own scheme can be named there, and opens from a redirection alone.
  private func sendBack(_ url: String, to redirectURI: String, _ visit: PageVisit, _ call: ServerCall) -> GoogleAPI.HttpBody {
    guard visit.isAfterForm else { return call.redirect(to: url) }
    guard visit.wantsHTML, AuthorizationResponse.applicationScheme(redirectURI) == nil else { return call.redirect(to: url, status: 303) }
    let page = ReturnPage(language: visit.language, destination: AuthorizationResponse.destination(redirectURI), url: url)
    return call.answer(page: page.html)
  }

  func sendBack(code: String, for request: AuthorizationRequest, _ visit: PageVisit, _ call: ServerCall) -> GoogleAPI.HttpBody {
    sendBack(AuthorizationResponse.url(code, for: request, issuer: publicURL.value), to: request.redirectURI, visit, call)
  }

  private func show(_ error: RPCError, _ visit: PageVisit, _ call: ServerCall) throws -> GoogleAPI.HttpBody {
    guard visit.wantsHTML else { throw error }
    let page = ErrorPage(language: visit.language, text: PageErrorText.text(of: error, visit.language), reason: error.reason)
    if let retryAfter = error.retryAfter { call.setHTTPHeader("retry-after", String(retryAfter.wholeSecondsUp)) }
    return call.answer(page: page.html, status: PageErrorText.status(of: error))
  }

  // MARK: Who is there

  /// Goes on with a request as far as it goes without asking: to a page, or back to the client.
  func proceed(_ request: AuthorizationRequest, _ visit: PageVisit, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    let current = try await sessions.current(visit.cookie, call)
    let isSilent = request.prompts.contains(.none)
    guard let (session, user) = current, !request.wantsSignIn(after: session.authTime, now: time.wallMicroseconds),
      isExpected(user, by: request)
    else {
      guard !isSilent else { throw request.failure(.loginRequired, "somebody has to sign in") }
      return signInPage(request, visit, account: current?.user, call)
    }
    if request.prompts.contains(.selectAccount) {
      return page(for: request, visit, call) {
        AccountPage(form: $0, clientName: request.client.name, account: user.email, accountName: user.fullName).html
      }
    }
    let isAllowed = try await isAllowed(request, by: user, call)
    guard isAllowed, !request.prompts.contains(.consent) else {
      guard !isSilent else { throw request.failure(.consentRequired, "the user has not allowed this yet") }
      return consentPage(request, visit, user, call)
    }
    let code = try await code(
      for: request, userID: user.id, signInID: session.signInID, authTime: session.authTime, isAgreed: false, call)
    // Signed out, or the permission taken back, since it was looked at.
    guard let code else { return try await proceed(request, visit, call) }
    return sendBack(code: code, for: request, visit, call)
  }

  /// Whether the client expects nobody in particular, or this user; a hint that is none of ours says nothing.
  private func isExpected(_ user: User, by request: AuthorizationRequest) -> Bool {
    guard let hint = request.parameters[.idTokenHint] else { return true }
    let subject = keys.subject(ofIDToken: hint, issuer: publicURL.value, audience: request.client.id)
    return subject == nil || subject == user.id
  }

  /// Goes on for one of our own applications, which bears its user's access token: that the user gave it to the application is their consent.
  func proceed(_ parameters: AuthorizationParameters, bearer: String, _ call: ServerCall) async throws -> GoogleAPI.HttpBody {
    let caller = try policy.authenticate(bearerToken: bearer)
    // A key that acts for its owner must not become more than it is.
    try policy.authorize(caller, call.method)
    let request = try await read(parameters, call)
    let signIn = try await database.read(for: call) { try SignInStore.signIn(tokenID: caller.tokenID, $0) }
    let authTime = signIn?.createdAt ?? time.wallMicroseconds
    guard !request.wantsSignIn(after: authTime, now: time.wallMicroseconds) else {
      throw request.failure(.loginRequired, "somebody has to sign in again")
    }
    let code = try await code(for: request, userID: caller.id, signInID: signIn?.id, authTime: authTime, isAgreed: true, call)
    guard let code else { throw CustomerServiceError.invalidToken }
    return call.redirect(to: AuthorizationResponse.url(code, for: request, issuer: publicURL.value))
  }

  /// Whether the user has allowed all of this before, to a client that nobody else can pass for.
  private func isAllowed(_ request: AuthorizationRequest, by user: User, _ call: ServerCall) async throws -> Bool {
    // Any program on the user's machine can claim a loopback port or a scheme of a client without a secret (RFC 8252, section 8.6).
    if request.client.isPublic, !request.redirectURI.hasPrefix("https://") { return false }
    let consent = try await database.read(for: call) { try OAuthConsentStore.consent(of: user.id, to: request.client.id, $0) }
    return consent.map { request.scope.isSubset(of: $0.scope) } ?? false
  }

  /// The code that ends a request, given out if user and client are still what they were.
  ///
  /// - Parameters:
  ///   - signInID: By which the user is known here.
  ///   - isAgreed: The user agrees now; otherwise they have before.
  /// - Returns: Nil if one of the two does not hold any more. It was looked at before, and a code would outlive the new password that
  ///   ended the sign-in, or give back the permission that was just taken.
  func code(
    for request: AuthorizationRequest, userID: String, signInID: String?, authTime: Int64, isAgreed: Bool, _ call: ServerCall
  ) async throws -> String? {
    let given = AuditEntry(
      .oauthConsentGiven, of: request.client.id, detail: request.scope.text, by: userID, call, ids: ids, now: time.wallMicroseconds)
    return try await database.write(for: call) { transaction in
      guard let user = try UserStore.user(id: userID, transaction), user.isActive else { throw CustomerServiceError.accountDisabled }
      guard let client = try OAuthClientStore.client(id: request.client.id, transaction), client.isActive else {
        throw CustomerServiceError.unknownClient
      }
      if let signInID, try SignInStore.live(signInID, now: given.at, transaction) == nil { return nil }
      let consent = try OAuthConsentStore.consent(of: user.id, to: client.id, transaction)
      if consent.map({ request.scope.isSubset(of: $0.scope) }) != true {
        guard isAgreed else { return nil }
        try AuditStore.insert(given, transaction)
      }
      return try codes.issue(request.code, to: user, authTime: authTime, transaction)
    }
  }

  // MARK: Pages

  func signInPage(_ request: AuthorizationRequest, _ visit: PageVisit, account: User? = nil, _ call: ServerCall) -> GoogleAPI.HttpBody {
    page(for: request, visit, means: .password, call) { form in
      SignInPage(
        form: form, means: .password, clientName: request.client.name, email: account?.email ?? request.parameters[.loginHint] ?? ""
      ).html
    }
  }

  func consentPage(_ request: AuthorizationRequest, _ visit: PageVisit, _ user: User, _ call: ServerCall) -> GoogleAPI.HttpBody {
    page(for: request, visit, call) { form in
      ConsentPage(
        form: form, clientName: request.client.name, destination: AuthorizationResponse.destination(request.redirectURI),
        scopes: request.scope.names, account: user.email, accountName: user.fullName
      ).html
    }
  }

  /// A page with a form that belongs to a request; the browser gets a cookie to bind it to, if it has none.
  ///
  /// - Parameter means: Of a page to sign in on; such a page has a script, and an address of its own in the other language.
  func page(
    for request: AuthorizationRequest, _ visit: PageVisit, status: Int = 200, means: SignInPage.Means? = nil, _ call: ServerCall,
    _ make: (PageForm) -> HTML
  ) -> GoogleAPI.HttpBody {
    let value = visit.cookie ?? sessions.makeCookie()
    let canonical = request.parameters.canonical
    let other = request.parameters.with(visit.language.other)
    let form = PageForm(
      language: visit.language, request: canonical, token: forms.token(cookie: value, request: canonical),
      languageSwitch: means.map { SignInPage.url(request: other.canonical, means: $0) } ?? other.url)
    return call.answer(
      page: make(form), status: status, formScheme: AuthorizationResponse.applicationScheme(request.redirectURI), script: means != nil,
      setCookie: visit.cookie == nil ? cookie.header(value) : nil)
  }
}

extension AuthorizationRequest {
  /// What the client is told in place of a code.
  func failure(_ code: AuthorizationError.Code, _ description: String) -> AuthorizationFailure {
    .returned(AuthorizationError(code: code, description: description, redirectURI: redirectURI, state: state))
  }
}
