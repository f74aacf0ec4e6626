public import Platform

/// Why a text is no valid access token. Callers are told the same in every case; the difference is for logs and tests.
public enum TokenError: Error, Sendable, Equatable {
  case tooLong, malformed, algorithm, signature, type, issuer, audience, notYetValid, expired
}

/// An access token that was just made.
public struct IssuedToken: Sendable, Equatable {
  /// The token itself: for its user's eyes only.
  public var text: String
  /// Its own id, `jti`: this much may be stored.
  public var id: String
  /// Seconds since 1970.
  public var issuedAt: Int64
  public var expiresAt: Int64

  /// Seconds from issue to expiry: `expires_in`.
  public var expiresIn: Int64 { expiresAt - issuedAt }
}

/// Signs and verifies access tokens: JSON Web Tokens (RFC 7519) in compact form (RFC 7515), HS256 and nothing else.
///
/// Every name that could be a choice is fixed: `alg`, `typ`, `iss`, `aud` and the `typ` among the claims.
public final class AccessTokenSigner: Sendable {
  /// Tokens are about 300 bytes.
  static let bytesMax = 4096
  /// The header as we write it, `{"alg":"HS256","typ":"JWT"}`, and its dot.
  private static let header = Array((Base64.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), .url) + ".").utf8)

  private let issuer: String
  private let audience: String
  private let lifetimeSeconds: Int64
  private let keys: SigningKeys
  private let time: any TimeSource
  private let random: any RandomSource
  private let cache: TokenCache

  /// - Parameters:
  ///   - lifetime: From now to `exp`, in whole seconds.
  ///   - cacheMax: How many verified tokens are remembered; about half a KiB each.
  public convenience init(
    issuer: String, audience: String, secret: SigningSecret, lifetime: Duration = .seconds(1800), time: any TimeSource,
    random: any RandomSource, cacheMax: Int = 2048
  ) {
    self.init(
      issuer: issuer, audience: audience, keys: SigningKeys(current: secret), lifetime: lifetime, time: time, random: random,
      cacheMax: cacheMax)
  }

  /// The same with secrets that may change.
  public init(
    issuer: String, audience: String, keys: SigningKeys, lifetime: Duration = .seconds(1800), time: any TimeSource,
    random: any RandomSource, cacheMax: Int = 2048
  ) {
    self.issuer = issuer
    self.audience = audience
    lifetimeSeconds = lifetime.components.seconds
    self.keys = keys
    self.time = time
    self.random = random
    cache = TokenCache(countMax: cacheMax)
  }

  /// A new token for a user.
  ///
  /// - Parameters:
  ///   - lifetime: In whole seconds; nil for the usual one.
  ///   - id: Of a token that this one carries on: to revoke the id ends both. Nil for a fresh id.
  public func issue(subject: String, role: String, epoch: Int64, lifetime: Duration? = nil, id: String? = nil) -> IssuedToken {
    let now = time.wallSeconds
    let claims = AccessClaims(
      issuer: issuer, audience: audience, subject: subject, role: role, tokenID: id ?? Base64.encode(random.bytes(16), .url),
      epoch: epoch, issuedAt: now, expiresAt: now + (lifetime?.components.seconds ?? lifetimeSeconds))
    return IssuedToken(text: sign(claims), id: claims.tokenID, issuedAt: now, expiresAt: claims.expiresAt)
  }

  /// The token that says exactly this.
  func sign(_ claims: AccessClaims) -> String {
    var text = Self.header
    text.reserveCapacity(512)
    Base64.append(claims.json, .url, to: &text)
    let code = keys.sign(text)
    text.append(UInt8(ascii: "."))
    Base64.append(code, .url, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// What a token says, if it is ours, unchanged and within its time. Whether it has been revoked is asked of `TokenValidity`.
  public func verify(_ token: String) throws(TokenError) -> AccessClaims {
    var token = token
    let now = time.wallSeconds
    // withUTF8 knows no typed errors, so this one travels as a value.
    let opened = token.withUTF8 { bytes in
      Result { () throws(TokenError) in try open(UnsafeRawBufferPointer(bytes), at: now) }
    }
    let claims = try opened.get()
    if let notBefore = claims.notBefore, now < notBefore { throw .notYetValid }
    guard now < claims.expiresAt else { throw .expired }
    return claims
  }

  /// Everything about a token that does not change with time, remembered or found out.
  private func open(_ bytes: UnsafeRawBufferPointer, at now: Int64) throws(TokenError) -> AccessClaims {
    guard bytes.count <= Self.bytesMax else { throw .tooLong }
    let edition = keys.edition(at: now)
    if let known = cache.claims(of: bytes, edition: edition) { return known }
    let claims = try check(Array(bytes))
    cache.remember(bytes, claims, edition: edition)
    return claims
  }

  private func check(_ token: [UInt8]) throws(TokenError) -> AccessClaims {
    let dots = token.indices.filter { token[$0] == UInt8(ascii: ".") }
    guard dots.count == 2 else { throw .malformed }
    try checkHeader(token[..<dots[0]], isOurs: token.starts(with: Self.header))
    guard let code = Base64.decode(token[(dots[1] + 1)...], .url), code.count == MessageAuthenticator.codeBytes else {
      throw .malformed
    }
    let isSigned = token.withUnsafeBytes { keys.verify(code, of: UnsafeRawBufferPointer(rebasing: $0[..<dots[1]])) }
    guard isSigned else { throw .signature }
    guard let payload = Base64.decode(token[(dots[0] + 1)..<dots[1]], .url), let members = JSONObjectReader.read(payload) else {
      throw .malformed
    }
    return try claims(members)
  }

  /// Another library orders or spaces the header's members in another way; it may not say anything else.
  private func checkHeader(_ header: ArraySlice<UInt8>, isOurs: Bool) throws(TokenError) {
    if isOurs { return }
    guard let json = Base64.decode(header, .url), let members = JSONObjectReader.read(json) else { throw .malformed }
    guard members["alg"] == .string("HS256") else { throw .algorithm }
    guard members == ["alg": .string("HS256"), "typ": .string("JWT")] else { throw .type }
  }

  private func claims(_ members: [String: JSONObjectReader.Value]) throws(TokenError) -> AccessClaims {
    guard members["typ"] == .string(AccessClaims.type) else { throw .type }
    guard members["iss"] == .string(issuer) else { throw .issuer }
    guard members["aud"] == .string(audience) else { throw .audience }
    guard case .string(let subject)? = members["sub"], case .string(let role)? = members["role"],
      case .string(let tokenID)? = members["jti"], case .integer(let epoch)? = members["epoch"],
      case .integer(let issuedAt)? = members["iat"], case .integer(let expiresAt)? = members["exp"]
    else { throw .malformed }
    var notBefore: Int64?
    switch members["nbf"] {
    case nil: break
    case .integer(let second)?: notBefore = second
    default: throw .malformed
    }
    return AccessClaims(
      issuer: issuer, audience: audience, subject: subject, role: role, tokenID: tokenID, epoch: epoch, issuedAt: issuedAt,
      expiresAt: expiresAt, notBefore: notBefore)
  }
}
