import Identity

/// The tokens that show that a form was made by this server, for this browser and this request of a client (against cross-site request forgery).
///
/// A token is a keyed hash of the browser's cookie and the request, so nothing is kept for it. The cookie changes whenever somebody signs in or
/// out; a form from before that is refused.
struct FormTokens: Sendable {
  private let authenticator: MessageAuthenticator

  init(secret: HashSecret) { authenticator = secret.derived(for: "weft oauth forms") }

  func token(cookie: String, request: String) -> String {
    Base64URL.encode(authenticator.code(Array(cookie.utf8) + [0] + Array(request.utf8)))
  }

  func isValid(_ token: String, cookie: String, request: String) -> Bool {
    constantTimeEquals(Array(token.utf8), Array(self.token(cookie: cookie, request: request).utf8))
  }
}
