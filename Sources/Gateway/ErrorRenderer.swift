import Platform
import Protobuf
import RPC

/// Writes the body of an error in one of the styles.
enum ErrorRenderer {
  /// The content type and the JSON of an error.
  ///
  /// - Parameter wallMicroseconds: Now, since 1970; only an envelope shows it.
  static func render(_ error: RPCError, status: Int, style: ErrorStyle, wallMicroseconds: Int64) -> (contentType: String, body: [UInt8]) {
    let text = StatusMapping.text(of: error, status: status)
    var body: [UInt8] = []
    body.reserveCapacity(text.utf8.count + 192)
    switch style {
    case .detail:
      writeDetail(text, error.info, into: &body)
      return ("application/json", body)
    case .oauth:
      writeDetail(text, oauthInfo(error, status: status), into: &body)
      return ("application/json", body)
    case .envelope:
      writeEnvelope(error, status: status, text: text, wallMicroseconds: wallMicroseconds, into: &body)
      return ("application/json", body)
    case .problem:
      writeProblem(error, status: status, text: text, into: &body)
      return ("application/problem+json", body)
    }
  }

  private static func writeDetail(_ text: String, _ info: [String: String], into body: inout [UInt8]) {
    body.append("{")
    for (name, value) in info.sorted(by: { $0.key < $1.key }) where name != "detail" {
      body.append(jsonString: name)
      body.append(":")
      body.append(jsonString: value)
      body.append(",")
    }
    body.append("\"detail\":")
    body.append(jsonString: text)
    body.append("}")
  }

  /// What the application says in OAuth's words, or what a refusal from below it is in them: RFC 6749, section 5.2, and for what is the
  /// server's own fault the names of section 4.1.2.1.
  private static func oauthInfo(_ error: RPCError, status: Int) -> [String: String] {
    guard error.info["error"] == nil else { return error.info }
    let (name, description) =
      switch status {
      case 401: ("invalid_client", "Client authentication failed")
      case 429, 503, 504: ("temporarily_unavailable", "Try again later")
      case 500...: ("server_error", "The server met an error")
      default: ("invalid_request", "The request cannot be read")
      }
    return error.info.merging(["error": name, "error_description": description]) { said, _ in said }
  }

  /// Chapter 错误响应格式 of co-writing's document.
  private static func writeEnvelope(
    _ error: RPCError, status: Int, text: String, wallMicroseconds: Int64, into body: inout [UInt8]
  ) {
    body.append("{\"success\":false,\"error\":{\"code\":")
    let own = error.domain == StatusMapping.coWriting ? error.reason : nil
    body.append(jsonString: own ?? StatusMapping.envelopeCode(status: status))
    body.append(",\"message\":")
    body.append(jsonString: text)
    body.append(",\"details\":{")
    writeViolations(error, into: &body)
    writeInfo(error.info, isFirst: error.violations.isEmpty, into: &body)
    body.append("}},\"timestamp\":\"")
    Timestamp.append(wallMicroseconds: wallMicroseconds, to: &body)
    body.append("\"}")
  }

  /// RFC 9457, section 3.1; `code` and `errors` are extension members (section 3.2).
  private static func writeProblem(_ error: RPCError, status: Int, text: String, into body: inout [UInt8]) {
    body.append("{\"type\":\"about:blank\",\"title\":")
    body.append(jsonString: title(of: status))
    body.append(",\"status\":")
    body.append(contentsOf: String(status).utf8)
    body.append(",\"detail\":")
    body.append(jsonString: text)
    body.append(",\"code\":")
    body.append(jsonString: error.reason ?? StatusMapping.envelopeCode(status: status))
    if !error.violations.isEmpty {
      body.append(",\"errors\":{")
      writeViolations(error, into: &body)
      body.append("}")
    }
    body.append("}")
  }

  /// `"path":"text"` for each field, the first text of a field that breaks several rules.
  private static func writeViolations(_ error: RPCError, into body: inout [UInt8]) {
    var written: [String] = []
    for violation in error.violations where !written.contains(violation.path) {
      if !written.isEmpty { body.append(",") }
      body.append(jsonString: violation.path)
      body.append(":")
      body.append(jsonString: violation.message)
      written.append(violation.path)
    }
  }

  /// What else programs are told. It travels as text; the document's counts are numbers (chapter 限流响应).
  private static func writeInfo(_ info: [String: String], isFirst: Bool, into body: inout [UInt8]) {
    var isFirst = isFirst
    for (name, value) in info.sorted(by: { $0.key < $1.key }) {
      if !isFirst { body.append(",") }
      isFirst = false
      body.append(jsonString: name)
      body.append(":")
      if name == "limit" || name == "remaining", let number = Int64(value) {
        body.append(contentsOf: String(number).utf8)
      } else {
        body.append(jsonString: value)
      }
    }
  }

  /// The phrase of a status (RFC 9110, section 15): what `about:blank` asks for (RFC 9457, section 4.2.1).
  private static func title(of status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 507: "Insufficient Storage"
    default: "Internal Server Error"
    }
  }
}
