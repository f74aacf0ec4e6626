/// The parameters of an authorization request as they came, before anything is known of them.
///
/// They are carried through the pages in one canonical text, so that a form says of itself which request it belongs to, and nothing of a
/// request that nobody has agreed to yet needs to be kept.
struct AuthorizationParameters: Sendable, Equatable {
  enum Name: String, Sendable, CaseIterable {
    case responseType = "response_type"
    case clientID = "client_id"
    case redirectURI = "redirect_uri"
    case scope, state
    case responseMode = "response_mode"
    case nonce, display, prompt
    case maxAge = "max_age"
    case uiLocales = "ui_locales"
    case idTokenHint = "id_token_hint"
    case loginHint = "login_hint"
    case acrValues = "acr_values"
    case codeChallenge = "code_challenge"
    case codeChallengeMethod = "code_challenge_method"
    case request
    case requestURI = "request_uri"
    case registration
  }

  /// What fits into a request line beside the rest (`HTTPLimits.requestLineBytesMax`), also when it is encoded once more in a link and
  /// grows by two thirds.
  static let canonicalBytesMax = 4 * 1024

  /// Without empty ones: a parameter without a value counts as left out (RFC 6749, section 3.1).
  private var values: [Name: [String]] = [:]

  init() {}

  /// - Parameter values: Every value of each parameter, in the order they came.
  init(_ values: [(Name, [String])]) {
    for (name, all) in values {
      let given = all.filter { !$0.isEmpty }
      if !given.isEmpty { self.values[name] = given }
    }
  }

  /// Reads `canonical` back; nil for what it never is.
  init?(canonical: String) {
    guard canonical.utf8.count <= Self.canonicalBytesMax, let parameters = FormURL.decode(canonical) else { return nil }
    for (name, value) in parameters {
      guard let name = Name(rawValue: name), !value.isEmpty, values[name] == nil else { return nil }
      values[name] = [value]
    }
  }

  /// The value of a parameter that came once; nil for one that was left out.
  subscript(name: Name) -> String? {
    get { values[name]?.first }
    set { values[name] = newValue.map { [$0] } }
  }

  /// A parameter that came more than once, which none may (RFC 6749, section 3.1).
  var repeated: Name? { Name.allCases.first { isRepeated($0) } }

  func isRepeated(_ name: Name) -> Bool { (values[name]?.count ?? 0) > 1 }

  /// `name=value&…` in a fixed order.
  var canonical: String {
    FormURL.encode(Name.allCases.compactMap { name in self[name].map { (name.rawValue, $0) } })
  }

  /// The same request at the endpoint, for links.
  var url: String { "/oauth/authorize?" + canonical }

  /// Where the browser goes on with it after a form.
  var nextURL: String { FormURL.url("/oauth/continue", adding: [("request", canonical)]) }

  /// The same request without wishes that have been met, or the browser would be asked again for ever.
  func without(_ prompts: Set<AuthorizationRequest.Prompt>) -> AuthorizationParameters {
    var changed = self
    let left = (self[.prompt] ?? "").split(separator: " ").filter { word in !prompts.contains { $0.rawValue == word } }
    changed[.prompt] = left.isEmpty ? nil : left.joined(separator: " ")
    return changed
  }

  /// The same request once somebody has signed in for it: what it says of that has been met. When it was and who it is
  /// the ID token says, so the client sees whether that is what it wanted.
  var afterSignIn: AuthorizationParameters {
    var changed = without([.login, .selectAccount])
    changed[.maxAge] = nil
    changed[.idTokenHint] = nil
    return changed
  }

  /// The same request with its pages in `language`.
  func with(_ language: PageLanguage) -> AuthorizationParameters {
    var changed = self
    changed[.uiLocales] = language.tag
    return changed
  }
}
