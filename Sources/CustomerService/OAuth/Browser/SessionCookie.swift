import Identity

/// The one cookie of the pages: it binds forms to a browser, and once somebody has signed in it is their session.
///
/// Source: RFC 6265; "Cookies: HTTP State Management Mechanism" (RFC 6265bis), sections 4.1.2.7 (`SameSite`) and 4.1.3.2 (`__Host-`).
struct SessionCookie: Sendable {
  static let bytes = 32

  /// Whether pages are reached by https: then the cookie can be one that no other host and no plain connection can set.
  var isSecure: Bool

  /// - Parameter publicURL: Where browsers reach this server.
  init(publicURL: String) { isSecure = publicURL.hasPrefix("https://") }

  var name: String { isSecure ? "__Host-weft_oauth" : "weft_oauth" }

  static func value(_ random: [UInt8]) -> String { Base64URL.encode(random) }

  /// The value in a `Cookie` header; nil if there is none, or one that we would never have set.
  func value(in header: String) -> String? {
    for pair in header.utf8.prefix(16 * 1024).split(separator: UInt8(ascii: ";")) {
      let pair = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<equals].elementsEqual(name.utf8) else { continue }
      let value = String(Substring(pair[pair.index(after: equals)...]))
      return Base64URL.decode(value)?.count == Self.bytes ? value : nil
    }
    return nil
  }

  /// The `Set-Cookie` header. It lives until the browser is closed; the session behind it has an end of its own.
  func header(_ value: String) -> String {
    "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
  }
}
