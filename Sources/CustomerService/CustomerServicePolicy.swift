import Identity
import Platform
import Protobuf
import RPC

/// Whose token that is, what its role opens, and how often: the customer service application's answers before a handler sees a call.
final class CustomerServicePolicy: ApplicationPolicy {
  private let tokens: AccessTokenSigner
  private let validity: TokenValidity
  private let limiters: [String: RateLimiter]

  /// - Parameter limitsRates: `WEFT_RATE_LIMITS`.
  init(tokens: AccessTokenSigner, validity: TokenValidity, limitsRates: Bool, time: any TimeSource) {
    self.tokens = tokens
    self.validity = validity
    // By class of the proto, for each caller's address. The default class has no limit of its own: flow control, deadlines and
    // the queues in front of the database bound it.
    limiters =
      limitsRates
      ? [
        "credential": RateLimiter(RateLimit(burst: 60, refill: .seconds(60)), time: time),
        "code": RateLimiter(RateLimit(burst: 20, refill: .seconds(60)), time: time),
      ] : [:]
  }

  var application: String { CustomerServiceError.domain }

  func authenticate(bearerToken: String?) throws(RPCError) -> Caller {
    guard let bearerToken, var claims = try? tokens.verify(bearerToken) else { throw CustomerServiceError.invalidToken.rpcError }
    // The role that counts is the account's, not the one the token was made with: without a state of its own it is `user`.
    claims.role = User.Role.user
    switch validity.verdict(claims) {
    case .valid(let role): return Caller(id: claims.subject, role: role, tokenID: claims.tokenID, expiresAt: claims.expiresAt)
    case .disabled: throw CustomerServiceError.accountDisabled.rpcError
    case .outdated, .revoked: throw CustomerServiceError.invalidToken.rpcError
    }
  }

  func authorize(_ caller: Caller, _ method: MethodDescriptor) throws(RPCError) {
    if method.access == .admin, caller.role != User.Role.admin { throw CustomerServiceError.administratorsOnly.rpcError }
  }

  func admit(_ call: ServerCall) throws(RPCError) {
    guard let limiter = limiters[call.method.rateLimit], let wait = limiter.take(AddressKey.of(call.peer)) else { return }
    throw CustomerServiceError.tooManyRequests(retryAfter: wait).rpcError
  }

  func invalidArgument(_ violations: [FieldViolation]) -> RPCError {
    RPCError(
      .invalidArgument, violations.first?.message ?? "请求参数无效", reason: "INVALID_ARGUMENT", domain: application, violations: violations)
  }
}
