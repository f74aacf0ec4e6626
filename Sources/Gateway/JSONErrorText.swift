import Protobuf
import RPC

/// What a client reads about JSON that is no request: in Chinese, naming the field or the place.
enum JSONErrorText {
  /// INVALID_ARGUMENT: `INVALID_REQUEST` for what is no JSON at all, otherwise naming the field that does not fit.
  static func rpcError(_ error: JSONError) -> RPCError {
    switch error {
    case .syntax(let offset, _):
      return noJSON("请求体不是有效的JSON（第\(offset + 1)字节）")
    case .depth:
      return noJSON("请求体嵌套过深")
    case .type(let path, let expected, _):
      guard !path.isEmpty else { return noJSON("请求体应为JSON对象") }
      let text = "\(path) 应为\(expected)"
      return RPCError(
        .invalidArgument, text, reason: StatusMapping.Reason.invalidValue, domain: StatusMapping.Reason.domain,
        violations: [FieldViolation(path: path, rule: "type", message: text)])
    }
  }

  private static func noJSON(_ text: String) -> RPCError {
    RPCError(.invalidArgument, text, reason: StatusMapping.Reason.invalidRequest, domain: StatusMapping.Reason.domain)
  }
}
