import RPC

/// From gRPC's codes to HTTP's: the one table, and where a reason decides instead.
enum StatusMapping {
  /// `google.rpc.ErrorInfo.reason` of what the infrastructure itself refuses, whatever the application.
  enum Reason {
    /// `google.rpc.ErrorInfo.domain` of the gateway's own.
    static let domain = "weft"
    /// No valid request at all: malformed JSON, a wrong content type.
    static let invalidRequest = "INVALID_REQUEST"
    /// The request or a message in it is larger than its ceiling.
    static let tooLarge = "MESSAGE_TOO_LARGE"
    /// The server itself is full, not the caller too eager.
    static let serverBusy = "SERVER_BUSY"
    /// The client owes its body and sends none of it.
    static let bodyStalled = "REQUEST_TIMEOUT"
    /// A value that is none of its field's type.
    static let invalidValue = "INVALID_VALUE"
    /// A path variable that cannot name anything.
    static let malformedID = "MALFORMED_ID"
    static let routeNotFound = "ROUTE_NOT_FOUND"
    static let methodNotAllowed = "METHOD_NOT_ALLOWED"
    /// A body of a type that no route reads; only where 415 is an answer.
    static let unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    /// A version of the interface that there is not.
    static let notAcceptable = "NOT_ACCEPTABLE"
  }

  /// The application that answers 409 and 400 where the other says 400 and 422.
  static let coWriting = "cowriting"

  /// The HTTP status of an error.
  ///
  /// - Parameter application: Whose rules hold: that of the RPC, or of the path where there is none.
  static func httpStatus(of error: RPCError, application: String) -> Int {
    switch error.code {
    case .ok: 200
    case .invalidArgument: application == coWriting ? invalid(error.reason) : 422
    case .failedPrecondition: 400
    case .unauthenticated: 401
    case .permissionDenied: 403
    case .notFound: 404
    case .alreadyExists: application == coWriting ? 409 : 400
    case .resourceExhausted: exhausted(error.reason)
    case .unavailable: 503
    case .deadlineExceeded: error.reason == Reason.bodyStalled ? 408 : 504
    case .unimplemented: error.reason == Reason.methodNotAllowed ? 405 : 500
    case .cancelled, .unknown, .aborted, .outOfRange, .internalError, .dataLoss: 500
    }
  }

  /// Co-writing tells apart what is no valid request at all.
  private static func invalid(_ reason: String?) -> Int {
    switch reason {
    case Reason.invalidRequest: 400
    case Reason.notAcceptable: 406
    case Reason.unsupportedMediaType: 415
    default: 422
    }
  }

  private static func exhausted(_ reason: String?) -> Int {
    switch reason {
    case Reason.tooLarge: 413
    case Reason.serverBusy: 503
    default: 429
    }
  }

  /// What the client reads: the error's own text, or a Chinese one where the error comes from below any application and has none.
  static func text(of error: RPCError, status: Int) -> String {
    if !error.message.isEmpty {
      // Without a reason it is the transport's own sentence, which speaks of streams, connections and where the upstream is.
      if error.reason != nil || status < 429 { return error.message }
    }
    switch status {
    case 400: return "请求无效"
    case 401: return "无效的认证凭据"
    case 403: return "没有访问权限"
    case 404: return "资源不存在"
    case 408: return "请求超时"
    case 405: return "不支持的请求方法"
    case 409: return "资源冲突"
    case 406: return "不支持的接口版本"
    case 413: return "请求体过大"
    case 415: return "不支持的内容类型"
    case 416: return "请求的范围无法满足"
    case 422: return "参数验证失败"
    case 429: return "请求过于频繁，请稍后再试"
    case 503: return "服务暂时不可用，请稍后再试"
    case 504: return "请求处理超时"
    case 507: return "存储空间不足，请稍后再试"
    default: return "服务器内部错误"
    }
  }

  /// The code in co-writing's envelope for a status (chapter 常见错误码 of its document), where the error has no reason of that application's own.
  static func envelopeCode(status: Int) -> String {
    switch status {
    case 400: "INVALID_REQUEST"
    case 401: "UNAUTHORIZED"
    case 403: "FORBIDDEN"
    case 404: "NOT_FOUND"
    case 405: "METHOD_NOT_ALLOWED"
    case 408: "REQUEST_TIMEOUT"
    case 406: "NOT_ACCEPTABLE"
    case 409: "CONFLICT"
    case 413: "PAYLOAD_TOO_LARGE"
    case 415: "UNSUPPORTED_MEDIA_TYPE"
    case 416: "RANGE_NOT_SATISFIABLE"
    case 422: "VALIDATION_ERROR"
    case 429: "RATE_LIMIT_EXCEEDED"
    case 503: "SERVICE_UNAVAILABLE"
    case 504: "TIMEOUT"
    case 507: "STORAGE_FULL"
    default: "INTERNAL_ERROR"
    }
  }
}
