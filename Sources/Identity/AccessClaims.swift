internal import Platform

/// What an access token says (RFC 7519, section 4, and three names of ours).
public struct AccessClaims: Sendable, Equatable {
  /// The value of `typ` among the claims: what the token is for, so that no other kind passes as one.
  static let type = "access"

  /// Who made it, `iss`, and for which application, `aud`.
  public var issuer: String
  public var audience: String
  /// The user's id, `sub`.
  public var subject: String
  /// What the user could do when it was made, `role`.
  public var role: String
  /// The token's own id, `jti`.
  public var tokenID: String
  /// The user's token epoch when it was made, `epoch`: raising the user's makes every older token invalid.
  public var epoch: Int64
  /// Seconds since 1970: `iat`, `exp` and, if present, `nbf`.
  public var issuedAt: Int64
  public var expiresAt: Int64
  public var notBefore: Int64?

  public init(
    issuer: String, audience: String, subject: String, role: String, tokenID: String, epoch: Int64, issuedAt: Int64,
    expiresAt: Int64, notBefore: Int64? = nil
  ) {
    self.issuer = issuer
    self.audience = audience
    self.subject = subject
    self.role = role
    self.tokenID = tokenID
    self.epoch = epoch
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.notBefore = notBefore
  }

  /// The claims as compact JSON, in a fixed order.
  var json: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(256)
    func append(_ name: StaticString, _ value: String) {
      Self.append(name, to: &text)
      JSONString.append(value, to: &text)
    }
    func append(_ name: StaticString, _ value: Int64) {
      Self.append(name, to: &text)
      text.append(contentsOf: String(value).utf8)
    }
    append("iss", issuer)
    append("aud", audience)
    append("sub", subject)
    append("role", role)
    append("typ", Self.type)
    append("jti", tokenID)
    append("epoch", epoch)
    append("iat", issuedAt)
    append("exp", expiresAt)
    if let notBefore { append("nbf", notBefore) }
    text.append(UInt8(ascii: "}"))
    return text
  }

  private static func append(_ name: StaticString, to text: inout [UInt8]) {
    text.append(text.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
    text.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { text.append(contentsOf: $0) }
    text.append(UInt8(ascii: "\""))
    text.append(UInt8(ascii: ":"))
  }
}
