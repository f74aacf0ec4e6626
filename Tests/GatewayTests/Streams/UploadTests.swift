import Glibc
import HTTP
import Testing

@testable import Gateway

/// Multipart forms on their way into a call, in process and across the network.
@Suite(.serialized) struct UploadTests {
  typealias Way = FilesGateway.Way

  static let bytes = (0..<2_000_003).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }

  @Test(arguments: Way.allCases) func aFormArrivesInPieces(way: Way) throws {
    let gateway = try FilesGateway(way)
    let body = TestForm.make { form in
      form.field("tag", "早")
      form.file(Self.bytes, name: "合同 1.pdf")
      form.field("count", "7")
      form.field("words", "a")
      form.field("words", "b")
      form.field("unknown", String(repeating: "x", count: 100_000))
    }
    let answer = try gateway.upload(body)
    #expect(answer.status == 201, "\(answer)")
    #expect(answer.headers["location"] == "/files/a")
    #expect(answer.body.contains(#""size":2000003,"sum":\#(FNV.sum(Self.bytes))"#), "\(answer.body)")
    let expected = [
      #"{"folder":"a","agent":"test"}"#, #"{"tag":"早"}"#, #"{"filename":"合同 1.pdf","contentType":"application/pdf"}"#, #"{"count":7}"#,
      #"{"words":["a"]}"#, #"{"words":["b"]}"#,
    ].map { $0.replacing("\"", with: "\\\"") }
    #expect(answer.body.contains(#""seen":["\#(expected.joined(separator: "\",\""))"]"#), "\(answer.body)")
    #expect(gateway.service.log == ["ended"])
  }

  @Test(arguments: Way.allCases) func chunkedBodiesToo(way: Way) throws {
    let gateway = try FilesGateway(way)
    let body = TestForm.make { $0.file(Self.bytes) }
    let socket = try RawSocket(port: gateway.port)
    socket.write(FilesGateway.head("POST /files/a", length: nil, more: "connection: close\r\ntransfer-encoding: chunked\r\n"))
    var at = 0
    while at < body.count {
      let count = min(body.count - at, 77_777)
      socket.write(Array((String(count, radix: 16) + "\r\n").utf8) + body[at..<at + count] + Array("\r\n".utf8))
      at += count
    }
    socket.write(Array("0\r\n\r\n".utf8))
    let answer = try LoopbackGateway.parse(socket.readToEnd())
    #expect(answer.status == 201 && answer.body.contains(#""sum":\#(FNV.sum(Self.bytes))"#), "\(answer)")
  }

  @Test(arguments: Way.allCases) func whatPathHeadersAndTheFileFillCannotBeGiven(way: Way) throws {
    let gateway = try FilesGateway(way)
    let answer = try gateway.upload(
      TestForm.make { form in
        for name in ["folder", "agent", "filename", "content_type", "data"] { form.field(name, "forged") }
        form.file([1])
      })
    #expect(answer.status == 201 && !answer.body.contains("forged"), "\(answer)")
  }

  /// Head, body, status, detail and how the handler ended, if it began.
  struct Refusal: Sendable {
    var target = "POST /files/a"
    var token: String? = "ann"
    var boundary = "XX"
    var body: [UInt8] = TestForm.make { $0.file([1, 2, 3]) }
    var status: Int
    var detail: String
    var log: [String] = []
  }

  @Test(
    arguments: [
      Refusal(token: nil, boundary: "", status: 401, detail: "无效的认证凭据"),
      Refusal(token: "gone", status: 403, detail: "账号已被禁用"),
      Refusal(target: "PUT /files/a", status: 403, detail: "需要管理员权限"),
      Refusal(target: "PUT /files/a", token: nil, body: [UInt8](repeating: 0, count: 1001), status: 413, detail: "文件过大"),
      Refusal(body: [UInt8](repeating: 0, count: 3_000_001), status: 413, detail: "请求体过大：3000001字节，超过上限3000000字节"),
      Refusal(boundary: "", status: 422, detail: "请求的Content-Type应为multipart/form-data"),
      Refusal(boundary: "X;Y", status: 422, detail: "Content-Type中的boundary无效"),
      Refusal(body: [], status: 422, detail: "表单数据不完整：缺少结束分隔符", log: ["cancelled"]),
      Refusal(
        body: TestForm.make { $0.file([1, 2, 3]) }.dropLast(10), status: 422, detail: "表单数据不完整：缺少结束分隔符", log: ["cancelled"]),
      Refusal(body: TestForm.make { $0.field("tag", "a") }, status: 422, detail: "file 不能为空", log: ["cancelled"]),
      Refusal(body: TestForm.make { $0.file([], name: "") }, status: 422, detail: "file 不能为空", log: ["cancelled"]),
      Refusal(body: TestForm.make { $0.field("file", "text") }, status: 422, detail: "file 应为文件", log: ["cancelled"]),
      Refusal(
        body: TestForm.make { form in
          form.file([1])
          form.file([2])
        }, status: 422, detail: "file 重复出现", log: ["cancelled"]),
      Refusal(
        body: TestForm.make { form in
          form.field("tag", "a")
          form.field("tag", "a")
        }, status: 422, detail: "tag 重复出现", log: ["cancelled"]),
      Refusal(body: TestForm.make { $0.field("count", "one") }, status: 422, detail: "count 应为整数", log: ["cancelled"]),
      Refusal(
        body: TestForm.make { $0.field("tag", String(repeating: "a", count: 65_537)) }, status: 422, detail: "tag 不能超过65536字节",
        log: ["cancelled"]),
      Refusal(
        body: TestForm.make { form in
          form.field("tag", "abcdef")
          form.file([1])
        }, status: 422, detail: "tag长度不能超过5个字符", log: ["failed"]),
      Refusal(target: "POST /files/full", status: 400, detail: "文件夹已满", log: ["failed"]),
      Refusal(target: "GET /files/a/b", status: 404, detail: "接口不存在"),
    ], Way.allCases)
  func refusals(refusal: Refusal, way: Way) async throws {
    let gateway = try FilesGateway(way)
    let answer = try gateway.upload(refusal.body, refusal.target, token: refusal.token, boundary: refusal.boundary)
    #expect(answer.status == refusal.status && answer.body.contains(#""detail":"\#(refusal.detail)"#), "\(answer)")
    if let last = refusal.log.last { #expect(await gateway.notes(last)) }
    #expect(gateway.service.log == refusal.log)
  }

  @Test(arguments: Way.allCases) func whoMayNotCallIsToldBeforeTheBody(way: Way) throws {
    let gateway = try FilesGateway(way)
    let socket = try RawSocket(port: gateway.port)
    socket.write(FilesGateway.head("POST /files/a", token: nil, length: 2_900_000))
    let answer = try LoopbackGateway.parse(socket.readToEnd())
    #expect(answer.status == 401 && answer.headers["connection"] == "close")
  }

  @Test(arguments: Way.allCases) func clientsThatSendFirstAndReadThenSeeTheAnswer(way: Way) throws {
    let gateway = try FilesGateway(way)
    for target in ["POST /files/full", "POST /files/enough"] {
      let socket = try RawSocket(port: gateway.port)
      let body = TestForm.make { $0.file(Self.bytes) }
      socket.write(FilesGateway.head(target, length: body.count))
      // All of it, long after the answer was sent.
      for start in stride(from: 0, to: body.count, by: 50_000) { socket.write(Array(body[start..<min(start + 50_000, body.count)])) }
      let answer = try LoopbackGateway.parse(socket.readToEnd())
      #expect(answer.status == (target.hasSuffix("full") ? 400 : 201))
    }
  }

  @Test(arguments: Way.allCases) func continueComesOnlyWithLeave(way: Way) throws {
    let gateway = try FilesGateway(way)
    let body = TestForm.make { $0.file([1, 2, 3]) }
    let refused = try RawSocket(port: gateway.port)
    refused.write(FilesGateway.head("POST /files/a", token: "gone", length: body.count, more: "expect: 100-continue\r\n"))
    #expect(try LoopbackGateway.parse(refused.readToEnd()).status == 403)
    let allowed = try RawSocket(port: gateway.port)
    allowed.write(FilesGateway.head("POST /files/a", length: body.count, more: "expect: 100-continue\r\nconnection: close\r\n"))
    #expect(allowed.read() == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    allowed.write(body)
    #expect(try LoopbackGateway.parse(allowed.readToEnd()).status == 201)
  }

  @Test(arguments: Way.allCases) func aClientThatLeavesBreaksItsCallOff(way: Way) async throws {
    let gateway = try FilesGateway(way)
    for reset in [false, true] {
      var socket: RawSocket? = try RawSocket(port: gateway.port)
      socket?.write(FilesGateway.head("POST /files/a", length: 1_000_000) + TestForm.make { $0.file(Self.bytes) }.prefix(500_000))
      if reset { socket?.resetWhenClosed() }
      socket = nil
      #expect(await gateway.notes("cancelled"))
    }
    #expect(!gateway.service.log.contains("ended"))
  }

  @Test(arguments: Way.allCases) func aBodyThatStallsIsAnswered408(way: Way) async throws {
    var limits = HTTPLimits()
    limits.lingerTimeout = .milliseconds(20)
    var options = RESTGateway.Options()
    options.bodyIdleTimeout = .milliseconds(50)
    let gateway = try FilesGateway(way, options: options, limits: limits)
    let socket = try RawSocket(port: gateway.port)
    socket.write(FilesGateway.head("POST /files/a", length: 1_000_000) + TestForm.make { $0.file(Self.bytes) }.prefix(300_000))
    let answer = try LoopbackGateway.parse(socket.readToEnd())
    #expect(answer.status == 408 && answer.body.contains(#"{"detail":"请求超时"}"#) && answer.headers["x-request-id"] != nil, "\(answer)")
    #expect(await gateway.notes("cancelled"))
  }

  @Test(arguments: Way.allCases) func aHandlerThatDoesNotReadHoldsItsClientUp(way: Way) async throws {
    let gateway = try FilesGateway(way)
    let socket = try RawSocket(port: gateway.port)
    let body = TestForm.make { $0.file([UInt8](repeating: 1, count: 2_900_000)) }
    socket.write(FilesGateway.head("POST /files/stuck", length: body.count))
    // The kernel's buffers take some of it; the rest is refused, so that this comes back with less than all.
    let taken = socket.offer(body, patience: 300)
    socket.resetWhenClosed()
    #expect(taken <= body.count)
    withExtendedLifetime(socket) {}
  }

  @Test(arguments: Way.allCases) func aFullServerSaysSo(way: Way) throws {
    var options = RESTGateway.Options()
    options.receiveBudget = .init(bytesMax: 100_000)
    let gateway = try FilesGateway(way, options: options)
    let answer = try gateway.upload(TestForm.make { $0.file([1]) })
    #expect(answer.status == 503 && answer.headers["retry-after"] == "5")
  }

  @Test(arguments: Way.allCases) func anAnswerThatDoesNotComeIs504(way: Way) async throws {
    var options = RESTGateway.Options()
    options.timeout = .milliseconds(100)
    let gateway = try FilesGateway(way, options: options)
    let answer = try gateway.upload(TestForm.make { $0.file([1]) }, "POST /files/stuck")
    #expect(answer.status == 504, "\(answer)")
    #expect(await gateway.notes("cancelled"))
  }
}
