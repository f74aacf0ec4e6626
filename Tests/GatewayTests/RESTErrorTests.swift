import RPC
import Testing

@testable import Gateway

/// Every error that interface.md promises on the REST face.
struct RESTErrorTests {
  /// What is sent, and the status and detail that come back.
  struct Refused: Sendable {
    var method = "POST"
    var target = "/api/items"
    var headers: [String: String] = [:]
    var token: String? = RecordingInvoker.goodToken
    var body: [UInt8]?
    var status = 422
    /// A part of the text.
    var text: String

    init(
      _ method: String = "POST", _ target: String = "/api/items", _ headers: [String: String] = [:],
      token: String? = RecordingInvoker.goodToken, body: String? = nil, bytes: [UInt8]? = nil, status: Int = 422, text: String
    ) {
      (self.method, self.target, self.headers, self.token) = (method, target, headers, token)
      self.body = bytes ?? body.map { Array($0.utf8) }
      (self.status, self.text) = (status, text)
    }
  }

  @Test(arguments: [
    // Route and method.
    Refused("GET", "/nothing", status: 404, text: "接口不存在"),
    Refused("GET", "/api/items/1/2", status: 404, text: "接口不存在"),
    Refused("GET", "/api/items/%FF", status: 404, text: "接口不存在"),
    Refused("GET", "/api/items/a%00b", status: 404, text: "接口不存在"),
    Refused("GET", "/api/items/%zz", status: 404, text: "接口不存在"),
    Refused("PUT", "/api/items", status: 405, text: "不支持的请求方法"),
    Refused("BREW", "/api/items", status: 405, text: "不支持的请求方法"),
    Refused("BREW", "/nothing", status: 404, text: "接口不存在"),
    // Content type.
    Refused("POST", "/api/items", ["content-type": "text/plain"], body: "{}", text: "application/json"),
    Refused("POST", "/api/items", ["content-type": "application/json; charset=gbk"], body: "{}", text: "UTF-8"),
    Refused("POST", "/api/items", ["content-type": "application/x-www-form-urlencoded"], body: "title=a", text: "application/json"),
    Refused(
      "POST", "/api/token", ["content-type": "multipart/form-data; boundary=a"], body: "--a", text: "application/x-www-form-urlencoded"),
    // JSON that is none.
    Refused("POST", "/api/items", body: #"{"title":"#, text: "不是有效的JSON"),
    Refused("POST", "/api/items", body: #"{"title":"a"}x"#, text: "不是有效的JSON"),
    Refused("POST", "/api/items", body: "title=a", text: "不是有效的JSON"),
    Refused("POST", "/api/items", body: "{'title':'a'}", text: "不是有效的JSON"),
    Refused("POST", "/api/items", body: " ", text: "不是有效的JSON"),
    Refused("POST", "/api/items", bytes: Array(#"{"title":""#.utf8) + [0xFF] + Array(#""}"#.utf8), text: "不是有效的JSON"),
    Refused("POST", "/api/items", bytes: Array(#"{"title":"a"#.utf8) + [0] + Array(#""}"#.utf8), text: "不是有效的JSON"),
    Refused("POST", "/api/items", body: String(repeating: "[", count: 200_000), text: "请求体"),
    Refused(
      "POST", "/api/items", body: #"{"x":"# + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}", text: "嵌套"),
    // JSON of the wrong type.
    Refused("POST", "/api/items", body: #"{"title":5}"#, text: "title 应为字符串"),
    Refused("POST", "/api/items", body: #"{"title":["a"]}"#, text: "title 应为字符串"),
    Refused("POST", "/api/items", body: #"{"title":"a","count":"x"}"#, text: "count 应为整数"),
    Refused("POST", "/api/items", body: #"{"title":"a","count":1.5}"#, text: "count 应为整数"),
    Refused("POST", "/api/items", body: #"{"title":"a","count":9223372036854775808}"#, text: "count"),
    Refused("POST", "/api/items", body: #"{"title":"a","urgent":"yes"}"#, text: "urgent 应为布尔值"),
    Refused("POST", "/api/items", body: #"{"title":"a","tags":"x"}"#, text: "tags 应为数组"),
    Refused("POST", "/api/items", body: #"{"title":"a","tags":[1]}"#, text: "tags"),
    Refused("POST", "/api/items", body: #"{"title":"a","due":"yesterday"}"#, text: "due 应为"),
    Refused("POST", "/api/items", body: #"{"title":"a","filter":5}"#, text: "filter 应为对象"),
    Refused("POST", "/api/items", body: #"{"title":"a","filter":{"number":"x"}}"#, text: "filter.number 应为整数"),
    Refused("POST", "/api/items", body: #"{"title":"a\u0000"}"#, text: "title 不能包含空字符"),
    Refused("POST", "/api/items", body: #"{"title":"a","title":"b"}"#, text: "title 重复"),
    Refused("POST", "/api/items", body: "[]", text: "对象"),
    Refused("POST", "/api/items", body: "null", text: "对象"),
    Refused("POST", "/api/items", body: #""text""#, text: "对象"),
    // A rule of the proto, also for a body that is not there.
    Refused("POST", "/api/items", body: #"{"title":""}"#, text: "title"),
    Refused("POST", "/api/items", text: "title"),
    // Query.
    Refused("GET", "/api/items?limit=x", text: "limit 应为整数"),
    Refused("GET", "/api/items?limit=", text: "limit 应为整数"),
    Refused("GET", "/api/items?limit=%2B5", text: "limit 应为整数"),
    Refused("GET", "/api/items?limit=1.0", text: "limit 应为整数"),
    Refused("GET", "/api/items?limit=2147483648", text: "limit 应为整数"),
    Refused("GET", "/api/items?skip=9223372036854775808", text: "skip 应为整数"),
    Refused("GET", "/api/items?size=-1", text: "size 应为非负整数"),
    Refused("GET", "/api/items?urgent=yes", text: "urgent 应为布尔值"),
    Refused("GET", "/api/items?score=nan", text: "score 应为数字"),
    Refused("GET", "/api/items?score=1e999", text: "score 应为数字"),
    Refused("GET", "/api/items?ratio=1e39", text: "ratio 应为数字"),
    Refused("GET", "/api/items?kind=KIND_LARGE", text: "kind 应为以下值之一"),
    Refused("GET", "/api/items?since=today", text: "since 应为RFC 3339格式的时间"),
    Refused("GET", "/api/items?filter=x", text: "filter 应为"),
    Refused("GET", "/api/items?filter.number=x", text: "filter.number 应为整数"),
    Refused("GET", "/api/items?status=%FF", text: "status 不是有效的UTF-8文本"),
    Refused("GET", "/api/items?status=a%00", text: "status 不能包含空字符"),
    Refused("GET", "/api/items?status=%4", text: "status 的百分号编码无效"),
    // Forms.
    Refused(
      "POST", "/api/token", ["content-type": "application/x-www-form-urlencoded"], token: nil, body: "username=a&username=b",
      text: "username 重复出现"),
    Refused(
      "POST", "/api/token", ["content-type": "application/x-www-form-urlencoded"], token: nil, body: "username=%FF",
      text: "username 不是有效的UTF-8文本"),
    // Token.
    Refused("GET", "/api/items/1", token: nil, status: 401, text: "无效的认证凭据"),
    Refused("GET", "/api/items/1", token: "Bearer bad", status: 401, text: "无效的认证凭据"),
  ])
  func isAnsweredAsPromised(refused: Refused) throws {
    let answer = try LoopbackGateway().send(refused.method, refused.target, refused.headers, token: refused.token, bytes: refused.body)
    #expect(answer.status == refused.status, "\(answer)")
    #expect(answer.headers["content-type"] == "application/json")
    #expect(answer.body.hasPrefix(#"{"detail":""#) && answer.body.hasSuffix(#""}"#), "\(answer.body)")
    #expect(answer.body.contains(refused.text), "\(answer.body)")
    #expect(answer.headers["x-request-id"] != nil)
  }

  // MARK: Order

  @Test func aMissingTokenComesBeforeABadBody() throws {
    for body in [#"{"title":"#, #"{"title":5}"#, #"{"title":""}"#] {
      let answer = try LoopbackGateway().send("POST", "/api/items", token: nil, body: body)
      #expect(answer.status == 401)
    }
    #expect(try LoopbackGateway().send("GET", "/api/items?limit=x", token: nil).status == 401)
    #expect(try LoopbackGateway().send("POST", "/api/items", ["content-type": "text/plain"], token: nil, body: "x").status == 401)
  }

  @Test func aBadBodyIsHandedToTheRPCSide() throws {
    let gateway = try LoopbackGateway()
    _ = try gateway.send("POST", "/api/items", body: "{")
    #expect(gateway.invoker.calls.map(\.request) == ["error INVALID_ARGUMENT"])
  }

  @Test func sizeComesBeforeTheToken() throws {
    let gateway = try LoopbackGateway()
    let answer = try gateway.send("POST", "/api/note", token: nil, body: String(repeating: " ", count: 101))
    #expect(answer.status == 413)
    #expect(gateway.invoker.calls.isEmpty)
  }

  @Test func routeAndMethodComeBeforeSize() throws {
    #expect(try LoopbackGateway().send("POST", "/nothing", ["content-length": "999999999"]).status == 404)
    #expect(try LoopbackGateway().send("PUT", "/api/items", ["content-length": "999999999"]).status == 405)
  }

  // MARK: Size

  @Test func aDeclaredLengthBeyondTheLimitIsRefusedBeforeTheBody() throws {
    let answer = try LoopbackGateway().send("POST", "/api/items", ["content-length": "1048577", "expect": "100-continue"])
    #expect(answer.status == 413)
    #expect(answer.body.contains("1048577") && answer.body.contains("1048576"))
  }

  @Test func aBodyOfUnknownLengthIsRefusedOnceItIsTooLong() throws {
    let chunk = Array("400\r\n".utf8) + [UInt8](repeating: 0x20, count: 1024) + Array("\r\n".utf8)
    let chunks = (0..<1100).flatMap { _ in chunk } + Array("0\r\n\r\n".utf8)
    let answer = try LoopbackGateway().send("POST", "/api/items", ["transfer-encoding": "chunked"], bytes: chunks)
    #expect(answer.status == 413)
    #expect(answer.body.contains("1048576"))
  }

  @Test func aBodyAtTheLimitIsRead() throws {
    let padding = String(repeating: " ", count: 100 - #"{"title":"a"}"#.utf8.count)
    #expect(try LoopbackGateway().send("POST", "/api/note", body: #"{"title":"a"}"# + padding).status == 200)
    #expect(try LoopbackGateway().send("POST", "/api/note", body: #"{"title":"a"}"# + padding + " ").status == 413)
  }

  @Test func aBodyInPiecesIsPutTogether() throws {
    let gateway = try LoopbackGateway()
    let body = Array("5\r\n{\"tit\r\n8\r\nle\":\"a\"}\r\n0\r\n\r\n".utf8)
    #expect(try gateway.send("POST", "/api/items", ["transfer-encoding": "chunked"], bytes: body).status == 201)
    #expect(gateway.invoker.calls.first?.request == #"{"title":"a"}"#)
  }

  @Test func aReplyThatIsNoMessageIsOurFault() throws {
    let gateway = try LoopbackGateway()
    gateway.invoker.answer(.success(RPCReply(message: [0xFF, 0xFF], metadata: Metadata())))
    for target in ["/api/items/1", "/api/items/all", "/api/items/1/file"] {
      let answer = try gateway.send("GET", target)
      #expect(answer.status == 500 && answer.body == #"{"detail":"服务器内部错误"}"#, "\(answer)")
    }
  }

  // MARK: Headers

  @Test func aWrongMethodIsToldTheRightOnes() throws {
    let answer = try LoopbackGateway().send("PUT", "/api/items")
    #expect(answer.headers["allow"] == "GET, HEAD, OPTIONS, POST")
  }

  @Test func aMissingTokenIsChallenged() throws {
    #expect(try LoopbackGateway().send("GET", "/api/items/1", token: nil).headers["www-authenticate"] == "Bearer")
  }

  @Test func whoMustWaitIsToldHowLong() throws {
    let gateway = try LoopbackGateway()
    gateway.invoker.answer(.failure(RPCError(.resourceExhausted, "请求过于频繁", reason: "TOO_MANY_REQUESTS", retryAfter: .milliseconds(1500))))
    let answer = try gateway.send("GET", "/api/items/1")
    #expect(answer.status == 429)
    #expect(answer.headers["retry-after"] == "2")
  }

  // MARK: Styles

  @Test func pathsWithAVersionAnswerInTheEnvelope() throws {
    let gateway = try LoopbackGateway()
    let missing = try gateway.send("GET", "/api/v1/nothing")
    #expect(missing.status == 404)
    #expect(
      missing.body.hasPrefix(#"{"success":false,"error":{"code":"NOT_FOUND","message":"接口不存在","details":{}},"timestamp":""#)
        && missing.body.hasSuffix(#"Z"}"#), "\(missing.body)")
    #expect(try gateway.send("GET", "/api/v9/nothing").body.contains("NOT_FOUND"))
    let unauthorized = try gateway.send("GET", "/api/v1/things/1", token: nil)
    #expect(unauthorized.status == 401 && unauthorized.body.contains(#""code":"INVALID_TOKEN""#), "\(unauthorized.body)")
  }

  @Test func whatIsNoRequestIs400InCoWriting() throws {
    let gateway = try LoopbackGateway()
    let noJSON = try gateway.send("POST", "/api/v1/things", body: "{")
    #expect(noJSON.status == 400 && noJSON.body.contains(#""code":"INVALID_REQUEST""#), "\(noJSON)")
    for type in ["text/plain", "application/json; charset=gbk", "application/x-www-form-urlencoded"] {
      let answer = try gateway.send("POST", "/api/v1/things", ["content-type": type], body: "{}")
      #expect(answer.status == 415 && answer.body.contains(#""code":"UNSUPPORTED_MEDIA_TYPE""#), "\(answer)")
    }
    let wrongType = try gateway.send("POST", "/api/v1/things", body: #"{"title":5}"#)
    #expect(wrongType.status == 422, "\(wrongType)")
    #expect(
      wrongType.body.contains(#""code":"VALIDATION_ERROR","message":"title 应为字符串","details":{"title":"title 应为字符串"}"#), "\(wrongType)")
  }

  @Test func anIDThatCannotBeOneIsNotFound() throws {
    for id in ["abc", "9223372036854775808", "1.5"] {
      let answer = try LoopbackGateway().send("GET", "/api/v1/things/\(id)")
      #expect(answer.status == 404 && answer.body.contains("NOT_FOUND"), "\(answer)")
    }
    #expect(try LoopbackGateway().send("GET", "/api/v1/things/abc", token: nil).status == 401)
  }

  @Test func problemDetailsComeWhenAskedFor() throws {
    let answer = try LoopbackGateway().send("POST", "/api/items", ["accept": "application/problem+json"], body: #"{"title":5}"#)
    #expect(answer.status == 422)
    #expect(answer.headers["content-type"] == "application/problem+json")
    #expect(
      answer.body.hasPrefix(
        #"{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"title 应为字符串""#), "\(answer.body)")
    #expect(answer.body.contains(#""errors":{"title":"title 应为字符串"}"#))
    let good = try LoopbackGateway().send("GET", "/api/items/1", ["accept": "application/problem+json"])
    #expect(good.headers["content-type"] == "application/json")
  }
}
