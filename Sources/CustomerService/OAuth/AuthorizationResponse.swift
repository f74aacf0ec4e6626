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

  /// What `form-action` has to allow beside ourselves, for a form whose answer leads there: browsers hold redirections against it.
  ///
  /// - Returns: The origin; the scheme alone where a policy cannot name the host (CSP Level 3, section 2.3.1: no IPv6 addresses) and for an
  ///   application's own scheme.
  static func formActionSource(_ redirectURI: String) -> String {
    let parts = split(redirectURI)
    guard let authority = parts.authority, authority.utf8.allSatisfy(isPlainHostCharacter) else { return parts.scheme + ":" }
    return parts.scheme + "://" + authority
  }

  private static func split(_ uri: String) -> (scheme: String, authority: String?) {
    let scheme = uri.prefix { $0 != ":" }
    let rest = uri.dropFirst(scheme.count + 1)
    guard rest.hasPrefix("//") else { return (String(scheme), nil) }
    let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
    return (String(scheme), authority.isEmpty ? nil : String(authority))
  }

  /// Letters, digits, `-`, `.` and the colon before a port: nothing that could end a source or a directive.
  private static func isPlainHostCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): true
    default: false
    }
  }
}
