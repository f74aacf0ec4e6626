import RPC

/// What the token, revocation and introspection endpoints refuse with: OAuth's words for programs beside the text for people.
///
/// Source: RFC 6749, section 5.2; `error_description` holds no other characters than that section allows.
enum OAuthError: Error, Equatable, Sendable {
  /// A parameter is missing, malformed, or does not go with another; which, in `problem`.
  case invalidRequest(Problem)
  /// Unknown, disabled or not authenticated.
  case invalidClient
  /// The code or token is unknown, expired, ended, used, another client's, or does not fit the request. Never said which.
  case invalidGrant
  /// The client may not use this kind of request.
  case unauthorizedClient
  case unsupportedGrantType
  case invalidScope

  enum Problem: String, Sendable {
    case grantTypeMissing = "grant_type"
    case codeMissing = "code"
    case refreshTokenMissing = "refresh_token"
    case tokenMissing = "token"
    case twoAuthentications
    case unreadableForm
  }
}

extension OAuthError: RPCErrorConvertible {
  var rpcError: RPCError {
    let said = said
    var error = RPCError(
      self == .invalidClient ? .unauthenticated : .failedPrecondition, said.detail, reason: "OAUTH_" + said.error.uppercased(),
      domain: CustomerServiceError.domain, info: ["error": said.error, "error_description": said.description])
    // RFC 6749, section 5.1: what answers a request for tokens is kept nowhere.
    error.metadata.add("weft-http-header-cache-control", "no-store")
    error.metadata.add("weft-http-header-pragma", "no-cache")
    if self == .invalidClient { error.metadata.add("weft-http-header-www-authenticate", #"Basic realm="oauth", charset="UTF-8""#) }
    return error
  }

  private var said: (error: String, description: String, detail: String) {
    switch self {
    case .invalidRequest(.twoAuthentications):
      ("invalid_request", "The client authenticates in more than one way", "客户端认证只能使用一种方式")
    case .invalidRequest(.unreadableForm):
      ("invalid_request", "The form cannot be read", "无法读取表单")
    case .invalidRequest(let problem):
      ("invalid_request", "The parameter \(problem.rawValue) is missing", "缺少参数 \(problem.rawValue)")
    case .invalidClient: ("invalid_client", "Client authentication failed", "客户端认证失败")
    case .invalidGrant: ("invalid_grant", "The code or token is not valid for this request", "授权码或令牌无效、已过期或已被使用")
    case .unauthorizedClient: ("unauthorized_client", "The client may not use this grant type", "客户端不能使用该授权类型")
    case .unsupportedGrantType: ("unsupported_grant_type", "The grant type is not supported", "不支持的授权类型")
    case .invalidScope: ("invalid_scope", "The scope is malformed or more than may be granted", "权限范围无效或超出许可")
    }
  }
}
