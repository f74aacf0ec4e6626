/// One file that the gateway answers by itself, from memory: a page, its style sheet or its script.
struct StaticPage: Sendable {
  var status = 200
  var contentType: String
  var body: [UInt8]
  /// A strong validator (RFC 9110, section 8.8.3).
  var entityTag: String
  /// Only HTML needs one.
  var contentSecurityPolicy: String?

  init(_ contentType: String, _ body: [UInt8]) {
    self.contentType = contentType
    self.body = body
    entityTag = Self.entityTag(of: body)
  }

  /// A document whose parts all come from this server, with nothing inline; `data:` for the small pictures inside style sheets.
  static func html(_ text: String) -> StaticPage {
    var page = StaticPage("text/html; charset=utf-8", Array(text.utf8))
    page.contentSecurityPolicy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return page
  }

  static func script(_ body: [UInt8]) -> StaticPage { StaticPage("text/javascript; charset=utf-8", body) }
  static func styleSheet(_ body: [UInt8]) -> StaticPage { StaticPage("text/css; charset=utf-8", body) }

  /// FNV-1a, 64 bits: tells versions of our own pages apart, guards nothing.
  private static func entityTag(of body: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "\"" + String(hash, radix: 16) + "\""
  }
}
