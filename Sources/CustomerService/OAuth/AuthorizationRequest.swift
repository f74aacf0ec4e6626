/// An authorization request that is in order: what its client wants to know, and where the answer goes.
///
/// Source: RFC 6749, section 4.1.1; RFC 7636, section 4.3; OpenID Connect Core 1.0, section 3.1.2.1; RFC 9700, section 2.1.
struct AuthorizationRequest: Sendable, Equatable {
  /// What the client wants its user to be asked.
  enum Prompt: String, Sendable {
    case none, login, consent
    case selectAccount = "select_account"
  }

  var parameters: AuthorizationParameters
  var client: OAuthClient
  /// Where the browser is sent back to; one that the client has registered.
  var redirectURI: String
  var scope: OAuthScope
  var prompts: Set<Prompt>
  /// How many seconds ago the user may have signed in at most.
  var maxAge: Int64?

  var state: String? { parameters[.state] }

  /// What a code is to be bound to.
  var code: AuthorizationCodes.Request {
    AuthorizationCodes.Request(
      clientID: client.id, redirectURI: redirectURI, redirectURIGiven: parameters[.redirectURI] != nil, scope: scope,
      challenge: parameters[.codeChallenge], nonce: parameters[.nonce])
  }

  /// Whether somebody who signed in at `authTime` has to show again who they are.
  ///
  /// - Parameters: Microseconds since 1970, UTC.
  func wantsSignIn(after authTime: Int64, now: Int64) -> Bool {
    if prompts.contains(.login) { return true }
    guard let maxAge else { return false }
    return now / 1_000_000 - authTime / 1_000_000 > maxAge
  }
}

/// Why an authorization request is refused.
enum AuthorizationFailure: Error, Equatable {
  /// Said to whoever looks: where the client would want to know is not known for certain, and a redirection there would make this server a
  /// way to anywhere (RFC 9700, section 4.11.2).
  case shown(CustomerServiceError)
  /// Said to the client.
  case returned(AuthorizationError)
}

/// What the client is told in place of a code.
///
/// Source: RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6.
struct AuthorizationError: Error, Sendable, Equatable {
  enum Code: String, Sendable {
    case invalidRequest = "invalid_request"
    case unauthorizedClient = "unauthorized_client"
    case accessDenied = "access_denied"
    case unsupportedResponseType = "unsupported_response_type"
    case invalidScope = "invalid_scope"
    case loginRequired = "login_required"
    case consentRequired = "consent_required"
    case accountSelectionRequired = "account_selection_required"
    case requestNotSupported = "request_not_supported"
    case requestURINotSupported = "request_uri_not_supported"
    case registrationNotSupported = "registration_not_supported"
  }

  var code: Code
  /// For the client's developers, in ASCII without quotation marks and backslashes.
  var description: String
  /// Where the client hears of it.
  var redirectURI: String
  var state: String?
}

extension AuthorizationRequest {
  /// - Parameter client: Whose `client_id` it is; nil if nobody's.
  /// - Throws: The first thing that is wrong.
  init(_ parameters: AuthorizationParameters, client: OAuthClient?) throws(AuthorizationFailure) {
    guard let client, client.isActive, !parameters.isRepeated(.clientID) else { throw .shown(.unknownClient) }
    let redirectURI = try Self.destination(parameters, client)
    let state = parameters.isRepeated(.state) ? nil : parameters[.state]
    func fault(_ code: AuthorizationError.Code, _ description: String) -> AuthorizationFailure {
      .returned(AuthorizationError(code: code, description: description, redirectURI: redirectURI, state: state))
    }
    if let name = parameters.repeated { throw fault(.invalidRequest, "\(name.rawValue) is given more than once") }
    guard parameters.canonical.utf8.count <= AuthorizationParameters.canonicalBytesMax else {
      // A state that is too long to be given back in full is not given back at all.
      throw .returned(
        AuthorizationError(
          code: .invalidRequest, description: "the request is longer than \(AuthorizationParameters.canonicalBytesMax) bytes",
          redirectURI: redirectURI, state: state.flatMap { $0.utf8.count <= 1024 ? $0 : nil }))
    }
    if parameters[.request] != nil { throw fault(.requestNotSupported, "request objects are not supported") }
    if parameters[.requestURI] != nil { throw fault(.requestURINotSupported, "request_uri is not supported") }
    if parameters[.registration] != nil { throw fault(.registrationNotSupported, "registration is not supported") }
    guard let responseType = parameters[.responseType] else { throw fault(.invalidRequest, "response_type is missing") }
    guard responseType == "code" else { throw fault(.unsupportedResponseType, "response_type has to be code") }
    guard client.may(OAuthClient.GrantType.authorizationCode) else {
      throw fault(.unauthorizedClient, "the client is not registered for authorization_code")
    }
    if let mode = parameters[.responseMode], mode != "query" { throw fault(.invalidRequest, "response_mode has to be query") }
    guard let scope = client.scope(requested: parameters[.scope]) else {
      throw fault(.invalidScope, "no name in scope is one that the client is registered for")
    }
    if let problem = Self.problem(ofChallenge: parameters, client) { throw fault(.invalidRequest, problem) }
    if let nonce = parameters[.nonce], nonce.utf8.count > 255 { throw fault(.invalidRequest, "nonce is longer than 255 bytes") }
    guard let prompts = Self.wishes(parameters[.prompt]) else {
      throw fault(.invalidRequest, "prompt has to be none alone, or of login, consent and select_account")
    }
    var maxAge: Int64?
    if let text = parameters[.maxAge] {
      guard let seconds = Int64(text), seconds >= 0, seconds <= 1_000_000_000 else {
        throw fault(.invalidRequest, "max_age has to be a number of seconds")
      }
      maxAge = seconds
    }
    self.init(parameters: parameters, client: client, redirectURI: redirectURI, scope: scope, prompts: prompts, maxAge: maxAge)
  }

  /// The one URI of the client that the request names, or the only one where it names none (RFC 6749, section 3.1.2.3).
  private static func destination(_ parameters: AuthorizationParameters, _ client: OAuthClient) throws(AuthorizationFailure) -> String {
    guard !parameters.isRepeated(.redirectURI) else { throw .shown(.wrongRedirectURI) }
    guard let uri = parameters[.redirectURI] else {
      // OpenID Connect always wants it named (Core 1.0, section 3.1.2.1).
      let isOpenID = client.scope(requested: parameters[.scope])?.contains(OAuthScope.openID) ?? false
      guard !isOpenID, client.redirectURIs.count == 1, let only = client.redirectURIs.first else { throw .shown(.wrongRedirectURI) }
      return only
    }
    guard client.mayRedirect(to: uri) else { throw .shown(.wrongRedirectURI) }
    return uri
  }

  /// RFC 7636, section 4.4.1; OAuth 2.1 drops `plain`, which is what a challenge without a method would be.
  private static func problem(ofChallenge parameters: AuthorizationParameters, _ client: OAuthClient) -> String? {
    guard let challenge = parameters[.codeChallenge] else {
      if parameters[.codeChallengeMethod] != nil { return "code_challenge is missing" }
      return client.isPublic ? "a client without a secret has to send code_challenge" : nil
    }
    guard parameters[.codeChallengeMethod] == PKCE.method else { return "code_challenge_method has to be S256" }
    return PKCE.isChallenge(challenge) ? nil : "code_challenge has to be a SHA-256 in base64url, 43 characters"
  }

  /// Nil for an unknown word, or for `none` beside another.
  private static func wishes(_ text: String?) -> Set<Prompt>? {
    var prompts: Set<Prompt> = []
    for word in (text ?? "").split(separator: " ") {
      guard let prompt = Prompt(rawValue: String(word)) else { return nil }
      prompts.insert(prompt)
    }
    return prompts.contains(.none) && prompts.count > 1 ? nil : prompts
  }
}
