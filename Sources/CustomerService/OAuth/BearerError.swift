import RPC

/// What userinfo refuses a bearer of a token with.
///
/// Source: RFC 6750, section 3.1.
enum BearerError: Error, Equatable, Sendable {
  /// No token was shown; then the header names no error.
  case missing
  /// The token was shown in more than one way.
  case twice
  /// Unknown, expired, ended, or no OAuth access token at all.
  case invalidToken
  /// The token is not for this.
  case insufficientScope
}

extension BearerError: RPCErrorConvertible {
  var rpcError: RPCError {
    var error: RPCError =
      switch self {
      case .missing, .invalidToken: CustomerServiceError.invalidToken.rpcError
      case .twice:
        RPCError(.failedPrecondition, "令牌只能以一种方式出示", reason: "TOKEN_SHOWN_TWICE", domain: CustomerServiceError.domain)
      case .insufficientScope:
        RPCError(.permissionDenied, "令牌的权限范围不足", reason: "INSUFFICIENT_SCOPE", domain: CustomerServiceError.domain)
      }
    let challenge =
      switch self {
      case .missing: #"Bearer realm="oauth""#
      case .twice: #"Bearer realm="oauth", error="invalid_request""#
      case .invalidToken: #"Bearer realm="oauth", error="invalid_token""#
      case .insufficientScope: #"Bearer realm="oauth", error="insufficient_scope", scope="openid""#
      }
    error.metadata.add("weft-http-header-www-authenticate", challenge)
    error.metadata.add("weft-http-header-cache-control", "no-store")
    return error
  }
}
