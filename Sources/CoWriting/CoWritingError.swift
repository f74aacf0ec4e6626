public import Identity
import Platform
import Protobuf
public import RPC

/// Every answer of the co-writing platform that is not a success: its code, the document's own name for it (常见错误码), and a text.
///
/// The gateway renders it as `{"success": false, "error": {"code", "message", "details"}, "timestamp"}`.
public enum CoWritingError: Error, Equatable, Sendable {
  // Who is calling
  case unauthorized
  case accountDisabled
  case forbidden
  case rateLimited(WindowState)

  // Accounts
  case invalidCredentials
  case wrongPassword
  case usernameTaken
  case emailTaken
  case lastAdministrator

  // What is not there, or not for the caller to know of: somebody else's is answered like nobody's
  case notFound(Resource)

  // States
  case creditCodeTaken
  case companyHasProjects
  case documentChanged
  case foreignOwner

  // What the rules of the proto cannot say
  case invalid(field: String, String)
}

/// What can be missing.
public enum Resource: String, Sendable {
  case user = "用户"
  case company = "企业"
  case contact = "联系人"
  case project = "项目"
  case form = "表单"
  case document = "文档"
  case version = "文档版本"
}

extension CoWritingError: RPCErrorConvertible {
  /// The name of the application in `google.rpc.ErrorInfo.domain`.
  static let domain = "cowriting"

  public var rpcError: RPCError {
    switch self {
    case .unauthorized: error(.unauthenticated, "UNAUTHORIZED", "无效的认证凭据")
    case .accountDisabled: error(.permissionDenied, "FORBIDDEN", "账号已被禁用")
    case .forbidden: error(.permissionDenied, "FORBIDDEN", "权限不足")
    case .rateLimited(let state):
      RPCError(
        .resourceExhausted, "请求频率超过限制", reason: "RATE_LIMIT_EXCEEDED", domain: Self.domain,
        info: [
          "limit": String(state.limit), "remaining": String(state.remaining),
          "reset_time": Timestamp.rfc3339(wallMicroseconds: state.resetsAt * 1_000_000),
        ], retryAfter: state.wait)
    case .invalidCredentials: error(.unauthenticated, "INVALID_CREDENTIALS", "用户名或密码错误")
    case .wrongPassword: error(.failedPrecondition, "INVALID_REQUEST", "当前密码不正确")
    case .usernameTaken: error(.alreadyExists, "CONFLICT", "用户名已被使用")
    case .emailTaken: error(.alreadyExists, "CONFLICT", "邮箱已被使用")
    case .lastAdministrator: error(.failedPrecondition, "INVALID_REQUEST", "不能停用、删除或降级最后一个管理员")
    case .notFound(let resource): error(.notFound, "NOT_FOUND", "\(resource.rawValue)不存在")
    case .creditCodeTaken: error(.alreadyExists, "CONFLICT", "统一社会信用代码已存在")
    case .companyHasProjects: error(.alreadyExists, "CONFLICT", "企业仍有项目，不能删除")
    case .documentChanged: error(.alreadyExists, "CONFLICT", "文档已被修改，请刷新后重试")
    case .foreignOwner: error(.permissionDenied, "FORBIDDEN", "不能为其他用户创建项目")
    case .invalid(let field, let message):
      RPCError(
        .invalidArgument, message, reason: "VALIDATION_ERROR", domain: Self.domain,
        violations: [FieldViolation(path: field, rule: "state", message: message)])
    }
  }

  private func error(_ code: StatusCode, _ reason: String, _ message: String) -> RPCError {
    RPCError(code, message, reason: reason, domain: Self.domain)
  }
}
