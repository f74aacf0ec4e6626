import CustomerServiceAPI
import RPC

/// Claims about a user, for who bears an OAuth access token (OpenID Connect Core 1.0, section 5.3).
extension OAuthService {
  /// GET /oauth/userinfo
  func getUserInfo(_ request: CSAv1.GetUserInfoRequest, _ call: ServerCall) async throws -> CSAv1.UserInfo {
    try await userInfo(inForm: "", call)
  }

  /// POST /oauth/userinfo
  func postUserInfo(_ request: CSAv1.PostUserInfoRequest, _ call: ServerCall) async throws -> CSAv1.UserInfo {
    try await userInfo(inForm: request.accessToken, call)
  }

  /// - Parameter text: The token in the form; empty if absent. In the query it does not count: queries end up in logs (RFC 9700, section 4.3.2).
  private func userInfo(inForm text: String, _ call: ServerCall) async throws -> CSAv1.UserInfo {
    let header = call.bearerToken
    if header != nil, !text.isEmpty { throw BearerError.twice }
    let token = header ?? text
    guard !token.isEmpty else { throw BearerError.missing }
    let now = time.wallMicroseconds
    let info = try await database.read(for: call) { [secrets] transaction -> CSAv1.UserInfo in
      guard let live = try OAuthTokenStore.live(digest: secrets.digest(token, .access), now: now, transaction) else {
        throw BearerError.invalidToken
      }
      guard let userID = live.userID, live.token.scope.contains(OAuthScope.openID) else { throw BearerError.insufficientScope }
      guard let user = try UserStore.user(id: userID, transaction) else { throw BearerError.invalidToken }
      let phone = live.token.scope.contains("phone") ? try PhoneStore.phone(of: userID, transaction) : nil
      return CSAv1.UserInfo(user, scope: live.token.scope, verifiedPhone: phone.flatMap { $0.isVerified ? $0.number : nil })
    }
    call.setHTTPHeader("cache-control", "no-store")
    return info
  }
}
