import ApplicationSupport
import Identity
import Logging
import Platform
import Protobuf
import RPC

/// Whose token that is, what its role opens, and how often: the customer service application's answers before a handler sees a call.
final class CustomerServicePolicy: ApplicationPolicy {
  private let tokens: AccessTokenSigner
  private let validityLog: ValidityLog
  private let validity: TokenValidity
  private let keys: ApplicationKeyTable
  private let limiters: [String: RateLimiter]
  /// One line in the log a minute for each address that is refused.
  private let refusals: RateLimiter
  private let logger = Logger(label: "weft")

  /// - Parameter limitsRates: `WEFT_RATE_LIMITS`.
  init(tokens: AccessTokenSigner, validity: ValidityLog, keys: ApplicationKeyTable, limitsRates: Bool, time: any TimeSource) {
    self.tokens = tokens
    validityLog = validity
    self.validity = validity.validity
    self.keys = keys
    refusals = RateLimiter(RateLimit(burst: 1, refill: .seconds(60)), time: time)
    // By class of the proto, for each caller's address. The default class has no limit of its own: flow control, deadlines and
    // the queues in front of the database bound it.
    limiters =
      limitsRates
      ? [
        "credential": RateLimiter(RateLimit(burst: 60, refill: .seconds(60)), time: time),
        "code": RateLimiter(RateLimit(burst: 20, refill: .seconds(60)), time: time),
        "upload": RateLimiter(RateLimit(burst: 60, refill: .seconds(60)), time: time),
        "contact": RateLimiter(RateLimit(burst: 10, refill: .seconds(600)), time: time),
      ] : [:]
  }

  var application: String { CustomerServiceError.domain }

  var isCurrent: Bool { validityLog.isCurrent }

  func catchUp(deadline: Deadline?) async throws(RPCError) { try await validityLog.catchUp(for: deadline) }

  func authenticate(bearerToken: String?) throws(RPCError) -> Caller {
    guard let bearerToken else { throw CustomerServiceError.invalidToken.rpcError }
    if ApplicationKey.isMeant(by: bearerToken) { return try authenticate(key: bearerToken) }
    guard var claims = try? tokens.verify(bearerToken) else { throw CustomerServiceError.invalidToken.rpcError }
    // The role that counts is the account's, not the one the token was made with: without a state of its own it is `user`.
    claims.role = User.Role.user
    switch validity.verdict(claims) {
    case .valid(let role): return Caller(id: claims.subject, role: role, tokenID: claims.tokenID, expiresAt: claims.expiresAt)
    case .disabled: throw CustomerServiceError.accountDisabled.rpcError
    case .outdated, .revoked: throw CustomerServiceError.invalidToken.rpcError
    }
  }

  /// A key has the rights of a user, also where its owner is an administrator: programs get no more than they need.
  private func authenticate(key: String) throws(RPCError) -> Caller {
    guard let entry = keys.use(key) else { throw CustomerServiceError.invalidToken.rpcError }
    guard !validity.state(of: entry.userID).isDisabled else { throw CustomerServiceError.accountDisabled.rpcError }
    return Caller(id: entry.userID, role: User.Role.user, tokenID: entry.id, expiresAt: .max, isKey: true)
  }

  func authorize(_ caller: Caller, _ method: MethodDescriptor) throws(RPCError) {
    if method.access == .admin, caller.role != User.Role.admin { throw CustomerServiceError.administratorsOnly.rpcError }
    if method.managesCredentials, caller.isKey { throw CustomerServiceError.keysManageNoCredentials.rpcError }
  }

  func admit(_ call: ServerCall) throws(RPCError) {
    do throws(CustomerServiceError) { try admit(call.method.rateLimit, from: call.peer) } catch { throw error.rpcError }
  }

  /// The same for an RPC that answers with a page, and so has to say itself that there is no room.
  func admit(_ rateLimit: String, from address: String) throws(CustomerServiceError) {
    guard let limiter = limiters[rateLimit], case let key = AddressKey.of(address), let wait = limiter.take(key) else { return }
    if refusals.take(key) == nil {
      logger.notice("too many calls from one address", metadata: ["peer": "\(address)", "class": "\(rateLimit)"])
    }
    throw .tooManyRequests(retryAfter: wait)
  }

  func invalidArgument(_ violations: [FieldViolation]) -> RPCError {
    RPCError(
      .invalidArgument, violations.first?.message ?? "请求参数无效", reason: "INVALID_ARGUMENT", domain: application, violations: violations)
  }
}
