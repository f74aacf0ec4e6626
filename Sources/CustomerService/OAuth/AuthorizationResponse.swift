/// Where the browser is sent with the answer to an authorization request.
///
/// Source: RFC 6749, section 4.1.2; RFC 9207, section 2 (`iss`, against mix-up of providers).
enum AuthorizationResponse {
  static func url(_ code: String, for request: AuthorizationRequest, issuer: String) -> String {
    url(request.redirectURI, [("code", code)], state: request.state, issuer: issuer)
  }

  static func url(_ error: AuthorizationError, issuer: String) -> String {
    url(
      error.redirectURI, [("error", error.code.rawValue), ("error_description", error.description)], state: error.state, issuer: issuer)
  }

  private static func url(_ redirectURI: String, _ parameters: [(name: String, value: String)], state: String?, issuer: String) -> String {
    var parameters = parameters
    if let state { parameters.append(("state", state)) }
    parameters.append(("iss", issuer))
    return FormURL.url(redirectURI, adding: parameters)
  }

  /// What of a redirect URI names who gets the answer: its host with port, or the scheme of an application.
  static func destination(_ redirectURI: String) -> String {
    let parts = split(redirectURI)
    return parts.authority ?? parts.scheme
  }

  /// The scheme of an application that opens by itself; nil for a site.
  static func applicationScheme(_ redirectURI: String) -> String? {
    let scheme = split(redirectURI).scheme
    return scheme == "https" || scheme == "http" ? nil : scheme
  }

  private static func split(_ uri: String) -> (scheme: String, authority: String?) {
    let scheme = uri.prefix { $0 != ":" }
    let rest = uri.dropFirst(scheme.count + 1)
    guard rest.hasPrefix("//") else { return (String(scheme), nil) }
    let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
    return (String(scheme), authority.isEmpty ? nil : String(authority))
  }
}
