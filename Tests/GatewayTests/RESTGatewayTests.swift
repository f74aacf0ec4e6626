import Protobuf
import RPC
import Testing

@testable import Gateway

/// The way of a request through the gateway, from its route to the call, over a socket.
struct RESTGatewayTests {
  /// What is sent, and what reaches the RPC side (ProtoJSON).
  struct Bound: Sendable {
    var method: String
    var target: String
    var body: String?
    var headers: [String: String] = [:]
    var rpc: String
    var request: String
  }

  @Test(arguments: [
    Bound(method: "GET", target: "/api/items/507f", rpc: "GetItem", request: #"{"itemId":"507f"}"#),
    Bound(method: "GET", target: "/api/items/507f/", rpc: "GetItem", request: #"{"itemId":"507f"}"#),
    Bound(method: "GET", target: "/api/items/a%2Fb%20c+d%E4%B8%AD", rpc: "GetItem", request: #"{"itemId":"a/b c+d中"}"#),
    Bound(method: "GET", target: "/api/things/a/b%2Fc", rpc: "GetItem", request: #"{"itemId":"a/b/c"}"#),
    Bound(method: "GET", target: "/api/things", rpc: "GetItem", request: "{}"),
    Bound(method: "GET", target: "/api/items/1?item_id=2", rpc: "GetItem", request: #"{"itemId":"1"}"#),
    Bound(method: "GET", target: "/api/items?", rpc: "ListItems", request: "{}"),
    Bound(
      method: "GET", target: "/api/items?skip=0&limit=10&status=pending", rpc: "ListItems",
      request: #"{"skip":"0","limit":10,"status":"pending"}"#),
    Bound(
      method: "GET", target: "/api/items/?skip=5&unknown=1&skip=7", rpc: "ListItems", request: #"{"skip":"7"}"#),
    Bound(
      method: "GET", target: "/api/items?tags=a&tags=b+c&status=%E5%BE%85", rpc: "ListItems",
      request: #"{"status":"待","tags":["a","b c"]}"#),
    Bound(
      method: "GET", target: "/api/items?urgent=true&score=0.5&since=2024-01-01T00:00:00Z&kind=KIND_SMALL", rpc: "ListItems",
      request: #"{"urgent":true,"score":0.5,"since":"2024-01-01T00:00:00Z","kind":"KIND_SMALL"}"#),
    Bound(
      method: "GET", target: "/api/items?filter.status=x&filter.number=-3&size=4294967295&delta=-1&big=18446744073709551615",
      rpc: "ListItems",
      request: ##"{"filter":{"status":"x","number":"-3"},"size":4294967295,"delta":"-1","big":"18446744073709551615"}"##),
    Bound(
      method: "GET", target: "/api/items?pageToken=a&ratio=1e3&offset=-2&kind=1&urgent=0", rpc: "ListItems",
      request: #"{"kind":"KIND_SMALL","ratio":1000,"pageToken":"a","offset":-2}"#),
    Bound(method: "GET", target: "/api/items?since=2024-01-01", rpc: "ListItems", request: #"{"since":"2024-01-01T00:00:00Z"}"#),
    Bound(
      method: "GET", target: "/api/items?since=2024-01-01T08:00:00.5", rpc: "ListItems",
      request: #"{"since":"2024-01-01T08:00:00.500Z"}"#),
    Bound(
      method: "GET", target: "/api/items?since=2024-01-01T08:00:00+08:00", rpc: "ListItems", request: #"{"since":"2024-01-01T00:00:00Z"}"#),
    Bound(method: "GET", target: "/api/items?page_token=a&labels=x&nothing", rpc: "ListItems", request: #"{"pageToken":"a"}"#),
    Bound(
      method: "POST", target: "/api/items", body: #"{"title":"标题","count":5,"note":null,"unknown":{"a":[1]},"tags":["x"]}"#,
      rpc: "CreateItem", request: #"{"title":"标题","count":"5","tags":["x"]}"#),
    Bound(
      method: "POST", target: "/api/items?title=query", body: #"{"title":"body"}"#, rpc: "CreateItem", request: #"{"title":"body"}"#),
    Bound(
      method: "POST", target: "/api/items", body: #"{"title":"a"}"#,
      headers: ["content-type": "application/merge-patch+json; charset=UTF-8"],
      rpc: "CreateItem", request: #"{"title":"a"}"#),
    Bound(
      method: "PATCH", target: "/api/items/1", body: #"{"title":"a","note":null,"item_id":"2","x":1,"challengeToken":"t"}"#,
      rpc: "UpdateItem",
      request: #"{"itemId":"1","title":"a","challengeToken":"t","updateMask":"title,note,challengeToken"}"#),
    Bound(method: "PATCH", target: "/api/items/1", body: "{}", rpc: "UpdateItem", request: #"{"itemId":"1","updateMask":""}"#),
    Bound(method: "PATCH", target: "/api/items/1", body: nil, rpc: "UpdateItem", request: #"{"itemId":"1","updateMask":""}"#),
    Bound(
      method: "PUT", target: "/api/items/1?force=true", body: #"{"title":"a","id":"2"}"#, rpc: "ReplaceItem",
      request: #"{"itemId":"1","item":{"id":"2","title":"a"},"force":true}"#),
    Bound(
      method: "POST", target: "/api/token", body: "username=a%40b.example&password=p+q%2B&grant_type=password",
      headers: ["content-type": "application/x-www-form-urlencoded"], rpc: "SignIn",
      request: #"{"username":"a@b.example","password":"p q+"}"#),
    Bound(
      method: "POST", target: "/api/token", body: #"{"username":"a"}"#, rpc: "SignIn", request: #"{"username":"a"}"#),
    Bound(method: "GET", target: "/api/v1/things/42", rpc: "GetThing", request: #"{"id":"42"}"#),
    Bound(method: "DELETE", target: "/api/items/1", body: "ignored", rpc: "DeleteItem", request: #"{"itemId":"1"}"#),
  ])
  func bindsPathQueryAndBody(bound: Bound) throws {
    let gateway = try LoopbackGateway()
    let answer = try gateway.send(bound.method, bound.target, bound.headers, body: bound.body)
    #expect(answer.status < 300, "\(answer)")
    let call = try #require(gateway.invoker.calls.first)
    #expect(call.method == bound.rpc)
    #expect(call.request == bound.request)
  }

  @Test func answersInTheFormOfTheRESTFace() throws {
    let gateway = try LoopbackGateway()
    let answer = try gateway.send("GET", "/api/items/1")
    #expect(answer.status == 200)
    #expect(
      answer.body
        == #"{"id":"1","title":"标题","count":9007199254740993,"note":null,"created_at":"2024-01-01T00:00:00Z","tags":[],"challengeToken":""}"#
    )
    #expect(answer.headers["content-type"] == "application/json")
    #expect(answer.headers["cache-control"] == "no-store")
    #expect(answer.headers["x-content-type-options"] == "nosniff")
    #expect(answer.headers["content-length"] == String(answer.body.utf8.count))
  }

  @Test func theStatusIsTheOneOfTheProto() throws {
    let gateway = try LoopbackGateway()
    #expect(try gateway.send("POST", "/api/items", body: #"{"title":"a"}"#).status == 201)
    let deleted = try gateway.send("DELETE", "/api/items/1")
    #expect(deleted.status == 204)
    #expect(deleted.body.isEmpty)
    #expect(deleted.headers["content-length"] == nil && deleted.headers["content-type"] == nil)
  }

  @Test func headIsGetWithoutItsBody() throws {
    let gateway = try LoopbackGateway()
    let get = try gateway.send("GET", "/api/items/1")
    let head = try gateway.send("HEAD", "/api/items/1")
    #expect(head.status == 200)
    #expect(head.body.isEmpty)
    #expect(head.headers["content-length"] == get.headers["content-length"])
    let missing = try gateway.send("HEAD", "/api/nothing")
    #expect(missing.status == 404 && missing.body.isEmpty)
  }

  @Test func aReplyFieldMayBeTheWholeAnswer() throws {
    let answer = try LoopbackGateway().send("GET", "/api/items/all")
    #expect(answer.body.hasPrefix(#"[{"id":"1","#) && answer.body.hasSuffix("}]"))
  }

  @Test func aHttpBodyIsSentAsItIs() throws {
    let answer = try LoopbackGateway().send("GET", "/api/items/1/file")
    #expect(answer.headers["content-type"] == "text/csv")
    #expect(answer.body == "a,b")
  }

  @Test func coWritingAnswersStandInTheirEnvelope() throws {
    let answer = try LoopbackGateway().send("GET", "/api/v1/things/1")
    #expect(answer.body.hasPrefix(#"{"success":true,"data":{"id":"1","#))
    #expect(answer.body.contains(#","message":"获取成功","timestamp":"2"#) && answer.body.hasSuffix(#"Z"}"#))
  }

  /// The document's answers that only say that something was done have no `data`.
  @Test func whatSaysNothingHasNoData() throws {
    let answer = try LoopbackGateway().send("DELETE", "/api/v1/things/1")
    #expect(answer.body.hasPrefix(#"{"success":true,"message":"删除成功","timestamp":"2"#) && answer.body.hasSuffix(#"Z"}"#), "\(answer)")
  }

  /// Wherever the encoding has it, and the last one where it has several.
  @Test(arguments: [
    (#"{"id":"1","etag":"\"7\""}"#, "\"7\""), (#"{"id":"1","etag":"\"中\""}"#, "\"中\""), (#"{"id":"1","etag":""}"#, nil),
    (#"{"id":"1"}"#, nil),
  ])
  func aFieldOfTheReplyMayBeAHeader(json: String, expected: String?) throws {
    let gateway = try LoopbackGateway()
    let item = RecordingInvoker.encode(json, as: try #require(TestServices.methods.first { $0.schema.name == "GetItem" }).schema.output)
    gateway.invoker.answer(.success(RPCReply(message: item, metadata: Metadata())))
    for target in ["/api/items/1", "/api/v1/things/1"] {
      let answer = try gateway.send("GET", target)
      #expect(answer.headers["etag"] == expected)
      #expect(answer.status == 200 && answer.body.contains(#""id":"1""#) && !answer.body.contains("etag"), "\(answer)")
    }
  }

  @Test func aHeaderThatCannotBeSentIsOurFault() throws {
    let gateway = try LoopbackGateway()
    let item = RecordingInvoker.encode(#"{"etag":"a\r\nx: y"}"#, as: try #require(TestServices.methods.first).schema.output)
    gateway.invoker.answer(.success(RPCReply(message: item, metadata: Metadata())))
    let answer = try gateway.send("GET", "/api/items/1")
    #expect(answer.status == 500 && answer.headers["x"] == nil, "\(answer)")
  }

  @Test func aVersionMayBeAskedForInAccept() throws {
    let gateway = try LoopbackGateway()
    for accept in ["application/vnd.api+json;version=1", "text/html, application/vnd.api+json; Version=\"1\"; q=0.5"] {
      let answer = try gateway.send("GET", "/api/v1/things/1", ["accept": accept])
      #expect(answer.status == 200 && answer.headers["content-type"] == "application/json", "\(answer)")
    }
    let refused = try gateway.send("POST", "/api/v1/things", ["accept": "application/vnd.api+json;version=2"], body: "{}")
    #expect(refused.status == 406 && refused.headers["content-type"] == "application/json")
    #expect(refused.body.contains(#""code":"NOT_ACCEPTABLE""#) && refused.body.contains("version=1"), "\(refused)")
    #expect(try gateway.send("GET", "/api/items/1", ["accept": "application/vnd.api+json;version=2"]).status == 200)
    #expect(try gateway.send("GET", "/api/v1/nothing", ["accept": "application/vnd.api+json;version=2"]).status == 404)
  }

  @Test func aPathOfAnotherVersionHearsOfThoseThereAre() throws {
    let gateway = try LoopbackGateway()
    for path in ["/api/v2/things/1", "/api/v0", "/api/v01/things", "/api/v99999999999999999999999999/x"] {
      let answer = try gateway.send("GET", path)
      #expect(answer.status == 404 && answer.body.contains(#""code":"NOT_FOUND""#) && answer.body.contains("可用的版本：v1\""), "\(answer)")
    }
    #expect(try gateway.send("GET", "/api/v1/nothing").body.contains(#""message":"接口不存在""#))
    #expect(try gateway.send("GET", "/api/nothing").body == #"{"detail":"接口不存在"}"#)
  }

  @Test func limitsAreToldUnderTheirOwnNames() throws {
    let gateway = try LoopbackGateway()
    var metadata = Metadata()
    for (name, value) in [
      ("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1704067260"), ("x-other", "1"),
    ] {
      metadata.add(name, value)
    }
    let refusal = RPCError(.resourceExhausted, "请求频率超过限制", metadata: metadata)
    for answer in [Result.success(RPCReply(message: [], metadata: metadata)), .failure(refusal)] {
      gateway.invoker.answer(answer)
      let headers = try gateway.send("GET", "/api/v1/things/1", ["origin": "https://example.com"]).headers
      #expect(
        headers["x-ratelimit-limit"] == "100" && headers["x-ratelimit-remaining"] == "7" && headers["x-ratelimit-reset"] == "1704067260")
      #expect(headers["x-other"] == nil)
      let exposed = try #require(headers["access-control-expose-headers"])
      for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "etag"] { #expect(exposed.contains(name)) }
    }
  }

  @Test func metadataMaySetStatusAndHeaders() throws {
    let gateway = try LoopbackGateway()
    var metadata = Metadata()
    metadata.add("weft-http-status", "202")
    metadata.add("weft-http-header-location", "/api/items/7")
    metadata.add("weft-http-header-cache-control", "private")
    metadata.add("other", "unseen")
    gateway.invoker.answer(.success(RPCReply(message: [], metadata: metadata)))
    let answer = try gateway.send("GET", "/api/items/1")
    #expect(answer.status == 202)
    #expect(answer.headers["location"] == "/api/items/7")
    #expect(answer.headers["cache-control"] == "private")
    #expect(answer.headers["other"] == nil)
    var refusal = RPCError(.failedPrecondition, "不行")
    refusal.metadata.add("weft-http-status", "302")
    refusal.metadata.add("weft-http-header-location", "https://example.com/")
    gateway.invoker.answer(.failure(refusal))
    let redirect = try gateway.send("GET", "/api/items/1")
    #expect(redirect.status == 302)
    #expect(redirect.headers["location"] == "https://example.com/")
  }

  @Test func theCallKnowsTokenAddressAndRequestID() throws {
    let gateway = try LoopbackGateway()
    let answer = try gateway.send(
      "GET", "/api/items/1", ["x-request-id": "client-7", "x-forwarded-for": "203.0.113.9", "traceparent": "00-ab-cd-01", "cookie": "a=b"])
    let call = try #require(gateway.invoker.calls.first)
    #expect(call.metadata["authorization"] == RecordingInvoker.goodToken)
    #expect(call.metadata["traceparent"] == "00-ab-cd-01")
    #expect(call.metadata["cookie"] == nil)
    #expect(call.peer == "127.0.0.1")
    #expect(call.requestID == "client-7")
    #expect(answer.headers["x-request-id"] == "client-7")
    #expect(call.timeout == .seconds(30))
  }

  @Test func aTrustedProxyNamesTheClient() throws {
    var options = RESTGateway.Options()
    options.trustedProxies = ["127.0.0.1"]
    let gateway = try LoopbackGateway(options: options)
    _ = try gateway.send("GET", "/api/items/1", ["x-forwarded-for": "203.0.113.9"])
    #expect(gateway.invoker.calls.first?.peer == "203.0.113.9")
  }

  @Test(arguments: [nil, "a b", String(repeating: "x", count: 129), "号"] as [String?])
  func everyAnswerBearsARequestID(offered: String?) throws {
    let gateway = try LoopbackGateway()
    for target in ["/api/items/1", "/nothing", "/healthz"] {
      let answer = try gateway.send("GET", target, ["x-request-id": offered ?? ""])
      let id = try #require(answer.headers["x-request-id"])
      #expect(id != offered && id.utf8.count == 16)
    }
  }

  @Test func aHeaderFillsItsFieldAndNothingElseDoes() throws {
    let gateway = try LoopbackGateway()
    let form = ["content-type": "application/x-www-form-urlencoded"]
    let with = form.merging(["cookie": "a=1; b=2"]) { $1 }
    _ = try gateway.send("POST", "/page", with, body: "username=u&cookie=forged")
    _ = try gateway.send("POST", "/page", form, body: "username=u&cookie=forged")
    _ = try gateway.send("GET", "/page?cookie=forged")
    _ = try gateway.send("POST", "/page", ["content-type": "application/json"], body: #"{"cookie":"forged"}"#)
    #expect(gateway.invoker.calls.map(\.request) == [#"{"username":"u","cookie":"a=1; b=2"}"#, #"{"username":"u"}"#, "{}", "{}"])
  }

  @Test func aPageIsItsHandlersOwn() throws {
    let gateway = try LoopbackGateway()
    var metadata = Metadata()
    for (name, value) in [
      ("weft-http-status", "303"), ("weft-http-header-location", "https://a.example/?x=1"), ("weft-http-header-set-cookie", "a=1"),
      ("weft-http-header-set-cookie", "b=2"),
    ] { metadata.add(name, value) }
    gateway.invoker.answer(.success(RPCReply(message: [], metadata: metadata)))
    let answer = try gateway.send("GET", "/page", ["origin": "https://other.example"])
    #expect(answer.status == 303 && answer.body.isEmpty)
    #expect(answer.headers["location"] == "https://a.example/?x=1")
    #expect(answer.headers["set-cookie"] == "a=1, b=2")
    #expect(answer.headers["access-control-allow-origin"] == nil && answer.headers["content-type"] == nil)
    #expect(answer.headers["referrer-policy"] == "no-referrer" && answer.headers["cache-control"] == "no-store")
  }

  @Test func anErrorSaysWhatItsInfoHolds() throws {
    let gateway = try LoopbackGateway()
    var metadata = Metadata()
    metadata.add("weft-http-header-www-authenticate", #"Basic realm="weft""#)
    gateway.invoker.answer(
      .failure(
        RPCError(
          .unauthenticated, "客户端认证失败", reason: "INVALID_CLIENT", domain: "csa", info: ["error": "invalid_client", "detail": "x"],
          metadata: metadata)))
    let answer = try gateway.send("POST", "/page", ["content-type": "application/json"], body: "{}")
    #expect(answer.status == 401)
    #expect(answer.body == #"{"error":"invalid_client","detail":"客户端认证失败"}"#)
    #expect(answer.headers["www-authenticate"] == #"Basic realm="weft""#)
  }

  @Test(.timeLimit(.minutes(1))) func aClientThatLeavesCancelsItsCall() async throws {
    let gateway = try LoopbackGateway()
    gateway.invoker.hang()
    do {
      let socket = try RawSocket(port: gateway.port)
      socket.resetWhenClosed()
      socket.write(Array("GET /api/items/1 HTTP/1.1\r\nhost: a\r\n\r\n".utf8))
      while gateway.invoker.calls.isEmpty { await Task.yield() }
    }
    while gateway.invoker.cancelledCount == 0 { await Task.yield() }
    #expect(gateway.invoker.cancelledCount == 1)
  }

  @Test func connectionsServeManyRequests() throws {
    let gateway = try LoopbackGateway()
    let one = "GET /api/items/1 HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\n"
    let body = #"{"title":"a"}"#
    let post =
      "POST /api/items HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
    let socket = try RawSocket(port: gateway.port)
    socket.write(Array((one + "\r\n" + post + "GET /none HTTP/1.1\r\nhost: a\r\n\r\n" + one + "connection: close\r\n\r\n").utf8))
    let text = String(decoding: socket.readToEnd(), as: UTF8.self)
    let statuses = text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
    #expect(statuses == ["200", "201", "404", "200"])
  }
}
