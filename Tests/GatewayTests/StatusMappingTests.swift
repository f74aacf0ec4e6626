import RPC
import Testing

@testable import Gateway

struct StatusMappingTests {
  @Test(
    arguments: [
      (StatusCode.invalidArgument, nil, 422, 422),
      (.invalidArgument, "INVALID_REQUEST", 422, 400),
      (.invalidArgument, "UNSUPPORTED_MEDIA_TYPE", 422, 415),
      (.invalidArgument, "NOT_ACCEPTABLE", 422, 406),
      (.failedPrecondition, nil, 400, 400),
      (.unauthenticated, nil, 401, 401),
      (.permissionDenied, nil, 403, 403),
      (.notFound, nil, 404, 404),
      (.alreadyExists, nil, 400, 409),
      (.resourceExhausted, nil, 429, 429),
      (.resourceExhausted, "SERVER_BUSY", 503, 503),
      (.resourceExhausted, "MESSAGE_TOO_LARGE", 413, 413),
      (.unavailable, nil, 503, 503),
      (.deadlineExceeded, nil, 504, 504),
      (.unknown, nil, 500, 500),
      (.internalError, nil, 500, 500),
      (.dataLoss, nil, 500, 500),
      (.aborted, nil, 500, 500),
      (.outOfRange, nil, 500, 500),
      (.cancelled, nil, 500, 500),
      (.unimplemented, nil, 500, 500),
      (.unimplemented, "METHOD_NOT_ALLOWED", 405, 405),
    ] as [(StatusCode, String?, Int, Int)])
  func followsTheTable(code: StatusCode, reason: String?, customerService: Int, coWriting: Int) {
    let error = RPCError(code, "", reason: reason)
    #expect(StatusMapping.httpStatus(of: error, application: "csa") == customerService)
    #expect(StatusMapping.httpStatus(of: error, application: "") == customerService)
    #expect(StatusMapping.httpStatus(of: error, application: "cowriting") == coWriting)
  }

  @Test(arguments: [
    (RPCError(.notFound, "工单不存在"), "工单不存在"),
    (RPCError(.notFound, ""), "资源不存在"),
    // The transport speaks of streams and of where the upstream is; the client need not read that.
    (RPCError(.unavailable, "无法连接 10.0.0.7:50051"), "服务暂时不可用，请稍后再试"),
    (RPCError(.unavailable, "connection refused"), "服务暂时不可用，请稍后再试"),
    (RPCError(.deadlineExceeded, "deadline exceeded"), "请求处理超时"),
    (RPCError(.unavailable, "mail is down", reason: "MAIL_DOWN"), "mail is down"),
    (RPCError(.internalError, "邮件发送失败", reason: "MAIL_NOT_SENT"), "邮件发送失败"),
    (RPCError(.unknown, ""), "服务器内部错误"),
  ])
  func everyErrorHasAText(error: RPCError, expected: String) {
    #expect(StatusMapping.text(of: error, status: StatusMapping.httpStatus(of: error, application: "csa")) == expected)
  }
}
