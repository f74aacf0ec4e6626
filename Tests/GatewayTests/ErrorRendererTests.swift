import Protobuf
import RPC
import Testing

@testable import Gateway

struct ErrorRendererTests {
  private static let moment: Int64 = 1_704_067_200_000_000

  private static func render(_ error: RPCError, _ style: ErrorStyle, status: Int) -> String {
    String(decoding: ErrorRenderer.render(error, status: status, style: style, wallMicroseconds: moment).body, as: UTF8.self)
  }

  @Test func aDetailHoldsTheTextAndNothingElse() {
    let error = RPCError(
      .invalidArgument, "标题\"过长\"\n", reason: "VALIDATION_ERROR", violations: [FieldViolation(path: "title", rule: "x", message: "y")])
    #expect(Self.render(error, .detail, status: 422) == #"{"detail":"标题\"过长\"\u000a"}"#)
  }

  /// RFC 6749, section 5.2, also where the refusal comes from below the application.
  @Test(arguments: [
    (400, "invalid_request"), (401, "invalid_client"), (413, "invalid_request"), (429, "temporarily_unavailable"), (500, "server_error"),
    (503, "temporarily_unavailable"),
  ])
  func oauthNamesItsOwnErrors(_ status: Int, _ name: String) {
    let body = Self.render(RPCError(.invalidArgument, "坏", reason: "X"), .oauth, status: status)
    #expect(body.hasPrefix(#"{"error":"\#(name)","error_description":""#) && body.hasSuffix(#","detail":"坏"}"#))
    let own = RPCError(.failedPrecondition, "坏", reason: "X", info: ["error": "invalid_grant", "error_description": "d"])
    #expect(Self.render(own, .oauth, status: 400) == #"{"error":"invalid_grant","error_description":"d","detail":"坏"}"#)
  }

  @Test func anEnvelopeNamesTheCaseAndTheFields() {
    let error = RPCError(
      .invalidArgument, "数据验证失败",
      violations: [
        FieldViolation(path: "title", rule: "a", message: "一"), FieldViolation(path: "title", rule: "b", message: "二"),
        FieldViolation(path: "items[2].name", rule: "a", message: "三"),
      ])
    #expect(
      Self.render(error, .envelope, status: 422)
        == #"{"success":false,"error":{"code":"VALIDATION_ERROR","message":"数据验证失败","details":{"title":"一","items[2].name":"三"}},"timestamp":"2024-01-01T00:00:00Z"}"#
    )
  }

  /// Chapter 限流响应 of the document: counts are numbers there.
  @Test func anEnvelopeTellsWhereTheLimitIs() {
    let error = RPCError(
      .resourceExhausted, "请求频率超过限制", reason: "RATE_LIMIT_EXCEEDED", domain: "cowriting",
      info: ["limit": "100", "remaining": "0", "reset_time": "2024-01-01T12:01:00Z"])
    #expect(
      Self.render(error, .envelope, status: 429).contains(
        #""details":{"limit":100,"remaining":0,"reset_time":"2024-01-01T12:01:00Z"}}"#))
    let both = RPCError(
      .invalidArgument, "x", reason: "VALIDATION_ERROR", info: ["limit": "many", "b": "\"1"],
      violations: [FieldViolation(path: "a", rule: "r", message: "一")])
    #expect(Self.render(both, .envelope, status: 422).contains(#""details":{"a":"一","b":"\"1","limit":"many"}}"#))
  }

  @Test func anEnvelopeTakesTheReasonOfItsOwnApplicationOnly() {
    let own = RPCError(.unauthenticated, "用户名或密码错误", reason: "INVALID_CREDENTIALS", domain: "cowriting")
    #expect(Self.render(own, .envelope, status: 401).contains(#""code":"INVALID_CREDENTIALS""#))
    let foreign = RPCError(.unauthenticated, "x", reason: "INVALID_TOKEN", domain: "weft")
    #expect(Self.render(foreign, .envelope, status: 401).contains(#""code":"UNAUTHORIZED""#))
  }

  @Test(arguments: [
    (400, "INVALID_REQUEST"), (401, "UNAUTHORIZED"), (403, "FORBIDDEN"), (404, "NOT_FOUND"), (405, "METHOD_NOT_ALLOWED"),
    (406, "NOT_ACCEPTABLE"), (408, "REQUEST_TIMEOUT"), (415, "UNSUPPORTED_MEDIA_TYPE"), (409, "CONFLICT"),
    (413, "PAYLOAD_TOO_LARGE"), (422, "VALIDATION_ERROR"), (429, "RATE_LIMIT_EXCEEDED"), (500, "INTERNAL_ERROR"),
    (503, "SERVICE_UNAVAILABLE"),
    (504, "TIMEOUT"),
  ])
  func everyStatusHasItsCode(status: Int, code: String) {
    #expect(Self.render(RPCError(.unknown, "文"), .envelope, status: status).contains(#""code":"\#(code)""#))
  }

  @Test func aProblemFollowsRFC9457() {
    let body = Self.render(RPCError(.notFound, "工单不存在", reason: "TICKET_NOT_FOUND"), .problem, status: 404)
    #expect(body == #"{"type":"about:blank","title":"Not Found","status":404,"detail":"工单不存在","code":"TICKET_NOT_FOUND"}"#)
  }
}
