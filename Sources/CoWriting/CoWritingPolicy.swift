import ApplicationSupport
import Identity
import Platform
import Protobuf
import RPC

/// Whose token that is, what its role opens, and how often: the co-writing platform's answers before a handler sees a call.
final class CoWritingPolicy: ApplicationPolicy {
  private let tokens: AccessTokenSigner
  private let validityLog: ValidityLog
  private let limits: CoWritingLimits

  init(tokens: AccessTokenSigner, validity: ValidityLog, limits: CoWritingLimits) {
    self.tokens = tokens
    validityLog = validity
    self.limits = limits
  }

  var application: String { CoWritingError.domain }

  var isCurrent: Bool { validityLog.isCurrent }

  func catchUp(deadline: Deadline?) async throws(RPCError) { try await validityLog.catchUp(for: deadline) }

  func authenticate(bearerToken: String?) throws(RPCError) -> Caller {
    guard let bearerToken, var claims = try? tokens.verify(bearerToken) else { throw CoWritingError.unauthorized.rpcError }
    // The role that counts is the account's, not the one the token was made with: without a state of its own it is `user`.
    claims.role = User.Role.user
    switch validityLog.validity.verdict(claims) {
    case .valid(let role): return Caller(id: claims.subject, role: role, tokenID: claims.tokenID, expiresAt: claims.expiresAt)
    case .disabled: throw CoWritingError.accountDisabled.rpcError
    case .outdated, .revoked: throw CoWritingError.unauthorized.rpcError
    }
  }

  func authorize(_ caller: Caller, _ method: MethodDescriptor) throws(RPCError) {
    if method.access == .admin, caller.role != User.Role.admin { throw CoWritingError.forbidden.rpcError }
  }

  func admit(_ call: ServerCall) throws(RPCError) {
    do throws(CoWritingError) { try limits.admit(call) } catch { throw error.rpcError }
  }

  /// Every answer tells how the caller stands, so refusals count too: by account where the token was good, by address where it was not.
  func refuse(_ call: ServerCall, _ refusal: RPCError) -> RPCError {
    do throws(RPCError) { try admit(call) } catch { return error }
    return refusal
  }

  func invalidArgument(_ violations: [FieldViolation]) -> RPCError {
    RPCError(
      .invalidArgument, violations.first?.message ?? "数据验证失败", reason: "VALIDATION_ERROR", domain: application, violations: violations)
  }
}
