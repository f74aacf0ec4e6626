import Identity
import RPC

/// How a client names and proves itself: by HTTP Basic, in the form, or by its name alone if it is public.
///
/// Source: RFC 6749, sections 2.3.1 and 3.2.1.
struct ClientCredentials: Equatable, Sendable {
  var id: String
  var secret: String?

  /// - Parameters:
  ///   - authorization: The header, if there is one. Another scheme than Basic is not for us.
  ///   - id: `client_id` of the form; empty if absent.
  ///   - secret: `client_secret` of the form; empty if absent.
  /// - Throws: `invalidRequest` for two ways at once, `invalidClient` for none or a malformed one.
  init(authorization: String?, id: String, secret: String) throws(OAuthError) {
    if let authorization, BasicAuthorization.isMeant(by: authorization) {
      guard let basic = BasicAuthorization(authorization), let user = Self.formDecoded(basic.user),
        let password = Self.formDecoded(basic.password)
      else { throw .invalidClient }
      guard secret.isEmpty, id.isEmpty || id.utf8.elementsEqual(user.utf8) else { throw .invalidRequest(.twoAuthentications) }
      self.id = user
      self.secret = password
    } else {
      guard !id.isEmpty else { throw .invalidClient }
      self.id = id
      self.secret = secret.isEmpty ? nil : secret
    }
  }

  /// Section 2.3.1 has both parts encoded like form values before they are joined. Most clients leave that out; ours hold nothing that it changes.
  private static func formDecoded(_ text: String) -> String? {
    FormURL.value(of: Substring(text).utf8)
  }
}
