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

  // Images of documents
  case unsupportedImage
  case imageTooManyPixels
  case imageTooLarge
  case tooManyImages
  case imagesTooLarge
  case uploadTooSlow
  /// The user's own uploads are too many at once.
  case tooManyUploads

  // Generation and export
  case generationEnded
  case generationUnfinished
  case exportEnded
  case exportUnfinished
  /// Of the user's own.
  case tooManyWatchers
  case templateNameTaken
  case tooManyTemplates
  /// So many jobs of the caller's wait already.
  case tooManyJobs
  /// Forged, expired, or of something else.
  case invalidLink

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
  case image = "图片"
  case generation = "生成记录"
  case export = "导出记录"
  case template = "模板"
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
    case .unsupportedImage: violation("file", "仅支持PNG和JPEG图片")
    case .imageTooManyPixels: violation("file", "图片不能超过2400万像素，边长不能超过30000像素")
    case .imageTooLarge:
      // The gateway's own words for a body beyond its ceiling.
      RPCError(
        .resourceExhausted, "图片不能超过10MB", reason: "MESSAGE_TOO_LARGE", domain: "weft",
        info: ["limit_bytes": "\(DocumentImage.bytesMax)"])
    case .tooManyImages: error(.alreadyExists, "CONFLICT", "文档图片不能超过\(DocumentImage.Quota.images)张")
    case .imagesTooLarge: error(.alreadyExists, "CONFLICT", "文档图片总大小不能超过\(DocumentImage.Quota.bytes >> 20)MB")
    case .uploadTooSlow: error(.deadlineExceeded, "REQUEST_TIMEOUT", "上传超时，请重试", status: 408)
    case .tooManyUploads:
      RPCError(
        .resourceExhausted, "同时上传的文件过多，请稍后再试", reason: "RATE_LIMIT_EXCEEDED", domain: Self.domain, retryAfter: .seconds(5))
    case .generationEnded: error(.alreadyExists, "CONFLICT", "AI生成任务已结束，不能取消")
    case .generationUnfinished: error(.alreadyExists, "CONFLICT", "AI生成任务尚未完成")
    case .exportEnded: error(.alreadyExists, "CONFLICT", "导出任务已结束，不能取消")
    case .exportUnfinished: error(.alreadyExists, "CONFLICT", "导出任务尚未完成")
    case .tooManyWatchers:
      RPCError(
        .resourceExhausted, "同时查看的任务过多，请稍后再试", reason: "RATE_LIMIT_EXCEEDED", domain: Self.domain, retryAfter: .seconds(5))
    case .templateNameTaken: error(.alreadyExists, "CONFLICT", "模板名称已存在")
    case .tooManyTemplates: error(.alreadyExists, "CONFLICT", "模板数量已达上限")
    case .tooManyJobs:
      RPCError(
        .resourceExhausted, "等待中的任务过多，请稍后再试", reason: "RATE_LIMIT_EXCEEDED", domain: Self.domain, retryAfter: .seconds(5))
    case .invalidLink: error(.permissionDenied, "FORBIDDEN", "链接无效或已过期")
    case .invalid(let field, let message): violation(field, message)
    }
  }

  private func violation(_ field: String, _ message: String) -> RPCError {
    RPCError(
      .invalidArgument, message, reason: "VALIDATION_ERROR", domain: Self.domain,
      violations: [FieldViolation(path: field, rule: "state", message: message)])
  }

  /// - Parameter status: Over REST, where it is not the code's own.
  private func error(_ code: StatusCode, _ reason: String, _ message: String, status: Int? = nil) -> RPCError {
    var error = RPCError(code, message, reason: reason, domain: Self.domain)
    if let status { error.metadata.add("weft-http-status", String(status)) }
    return error
  }
}
