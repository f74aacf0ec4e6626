/// The answers that a connection gives by itself, before any handler has seen a request. Their text is what a user of the REST face reads.
enum ErrorAnswer {
  static func head(_ status: Int) -> ResponseHead {
    ResponseHead(status: status, headers: ["content-type": "application/json; charset=utf-8"])
  }

  static func body(_ status: Int) -> [UInt8] {
    Array(#"{"detail":"\#(text(status))"}"#.utf8)
  }

  private static func text(_ status: Int) -> String {
    switch status {
    case 408: "请求超时"
    case 414: "请求地址过长"
    case 417: "不支持的 Expect 请求头"
    case 431: "请求头过大"
    case 501: "不支持的请求方法或传输编码"
    case 503: "服务器连接数已满，请稍后重试"
    case 505: "不支持的 HTTP 版本"
    default: "请求格式错误"
    }
  }

  /// RFC 9110, 15: the reason phrase of a status line, which nobody needs and everybody expects.
  static func phrase(_ status: Int) -> StaticString {
    switch status {
    case 100: "Continue"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 206: "Partial Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 417: "Expectation Failed"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 499: "Client Closed Request"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
  }
}
