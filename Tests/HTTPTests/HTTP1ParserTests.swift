import Net
import Testing

@testable import HTTP

/// What a parser made of some input, as lines that compare.
func parsed(_ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) -> [String] {
  var parser = HTTP1Parser(limits: limits, peer: .loopback(port: 1), isTLS: false)
  var events: [String] = []
  var body: [UInt8] = []
  for piece in pieces {
    let isOver = piece.withUnsafeBytes { bytes -> Bool in
      var at = 0
      do throws(HTTP1Error) {
        while true {
          switch try parser.next(bytes, &at) {
          case .needsMore:
            return false
          case .head(let head):
            let request = head.request
            let fields = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
            events.append(
              "\(request.method) \(request.path) \(request.authority) \(request.version) \(head.framing)"
                + "\(head.keepsAlive ? " keep" : "")\(head.expectsContinue ? " expect" : "") [\(fields)]")
          case .body(let part):
            body += part
          case .end(let trailers):
            events.append("end \(String(decoding: body, as: UTF8.self)) \(trailers.map { $0.map { "\($0.name)=\($0.value)" } } ?? [])")
            body = []
          }
        }
      } catch {
        if !body.isEmpty { events.append("part \(String(decoding: body, as: UTF8.self))") }
        events.append("error \(error.status) \(error.reason)")
        return true
      }
    }
    if isOver { break }
  }
  return events
}

private func parsed(_ text: String, limits: HTTPLimits = HTTPLimits()) -> [String] { parsed([Array(text.utf8)], limits: limits) }

@Suite struct HTTP1ParserTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let events: [String]
    var testDescription: String { name }
  }

  static let good: [Case] = [
    Case(
      name: "a request without a body", input: "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
      events: ["GET /a?b=c x http11 none keep [host=x]", "end  []"]),
    Case(
      name: "a body of a given length", input: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
      events: ["POST / x http11 length(5) keep [host=x,content-length=5]", "end hello []"]),
    Case(
      name: "a body in chunks, with extension and trailers",
      input:
        "PUT /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 7\r\nHost: evil\r\n\r\n",
      events: ["PUT /p x http11 chunked keep [host=x,transfer-encoding=Chunked]", #"end abc0123456789 ["x-sum=7"]"#]),
    Case(
      name: "two requests in one piece", input: "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: y\r\n\r\n",
      events: ["GET /1 x http11 none keep [host=x]", "end  []", "GET /2 y http11 none keep [host=y]", "end  []"]),
    Case(
      name: "an empty line before the request", input: "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
      events: ["GET / x http11 none keep [host=x]", "end  []"]),
    Case(
      name: "HTTP/1.0 without Host closes", input: "GET / HTTP/1.0\r\n\r\n", events: ["GET /  http10 none []", "end  []"]),
    Case(
      name: "HTTP/1.0 may keep alive", input: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
      events: ["GET /  http10 none keep [connection=Keep-Alive]", "end  []"]),
    Case(
      name: "Connection is a list", input: "GET / HTTP/1.1\r\nHost: x\r\nConnection: foo , close\r\n\r\n",
      events: ["GET / x http11 none [host=x,connection=foo , close]", "end  []"]),
    Case(
      name: "an absolute target's authority outranks Host", input: "GET HTTP://real:81/p HTTP/1.1\r\nHost: x\r\n\r\n",
      events: ["GET /p real:81 http11 none keep [host=x]", "end  []"]),
    Case(
      name: "an absolute target without a path", input: "GET http://real HTTP/1.1\r\nHost: x\r\n\r\n",
      events: ["GET / real http11 none keep [host=x]", "end  []"]),
    Case(
      name: "the asterisk form", input: "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
      events: ["OPTIONS * x http11 none keep [host=x]", "end  []"]),
    Case(
      name: "Expect with a body", input: "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\na",
      events: ["POST / x http11 length(1) keep expect [host=x,expect=100-Continue,content-length=1]", "end a []"]),
    Case(
      name: "Expect without a body means nothing", input: "GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n",
      events: ["GET / x http11 none keep [host=x,expect=100-continue]", "end  []"]),
    Case(
      name: "an unknown method is carried", input: "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
      events: ["BREW /pot x http11 none keep [host=x]", "end  []"]),
    Case(
      name: "white space around a value goes, inside it stays", input: "GET / HTTP/1.1\r\nHost: x\r\nA: \t b  c \t\r\nE:\r\n\r\n",
      events: ["GET / x http11 none keep [host=x,a=b  c,e=]", "end  []"]),
    Case(
      name: "an upgrade to h2c is ignored",
      input: "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
      events: ["GET / x http11 none keep [host=x,upgrade=h2c,connection=Upgrade, HTTP2-Settings]", "end  []"]),
    Case(
      name: "a later minor version is 1.1", input: "GET / HTTP/1.9\r\nHost: x\r\n\r\n",
      events: ["GET / x http11 none keep [host=x]", "end  []"]),
  ]

  @Test(arguments: good) func takes(_ example: Case) {
    #expect(parsed(example.input) == example.events)
  }

  /// Head lines that make a request bad, with the status of the answer.
  static let bad: [(String, Int)] = [
    // Request lines (RFC 9112, 3).
    ("GET /", 400), ("GET / HTTP/1.1 x", 400), ("GET  / HTTP/1.1", 400), (" GET / HTTP/1.1", 400), ("GET / HTTP/1.1 ", 400),
    ("GET /\tHTTP/1.1", 400), ("G@T / HTTP/1.1", 400), ("GET / http/1.1", 400), ("GET / HTTP/11", 400), ("GET / HTTP/1.", 400),
    ("GET / HTTP/2.0", 505), ("GET / HTTP/0.9", 505), ("GET a HTTP/1.1", 400), ("GET * HTTP/1.1", 400), ("GET /a b HTTP/1.1", 400),
    ("GET /\u{0} HTTP/1.1", 400), ("GET /ä HTTP/1.1", 400), ("GET /#f HTTP/1.1", 400), ("GET http:/// HTTP/1.1", 400),
    ("GET http://user@h/ HTTP/1.1", 400), ("GET ftp://h/ HTTP/1.1", 400), ("GET http://h?q HTTP/1.1", 400), ("CONNECT h:1 HTTP/1.1", 501),
    ("\(String(repeating: "M", count: 33)) / HTTP/1.1", 501), ("\u{7f} / HTTP/1.1", 400),
    // Fields (RFC 9112, 5).
    ("GET / HTTP/1.1\r\nHost: x\r\nA : b", 400), ("GET / HTTP/1.1\r\nHost: x\r\n folded", 400),
    ("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc", 400),
    ("GET / HTTP/1.1\r\nHost: x\r\nNoColon", 400), ("GET / HTTP/1.1\r\nHost: x\r\n: v", 400),
    ("GET / HTTP/1.1\r\nHost: x\r\nA\u{0}: b", 400),
    ("GET / HTTP/1.1\r\nHost: x\r\nA: b\u{0}c", 400), ("GET / HTTP/1.1\r\nHost: x\r\nA: b\rc", 400), ("GET / HTTP/1.1\nHost: x", 400),
    ("GET / HTTP/1.1\r\nHost: x\nA: b", 400), ("GET / HTTP/1.1\r\nHost: x\r\nA: \u{1b}[1m", 400),
    ("GET / HTTP/1.1\r\nHost: x\r\nÄ: b", 400),
    // Host (RFC 9112, 3.2).
    ("GET / HTTP/1.1", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a", 400), ("GET / HTTP/1.1\r\nHost: a b", 400),
    ("GET / HTTP/1.1\r\nHost: a/b", 400), ("GET / HTTP/1.1\r\nHost: u@a", 400), ("GET / HTTP/1.0\r\nHost: a\r\nHost: b", 400),
    ("GET http://a/ HTTP/1.1", 400),
    // Framing (RFC 9112, 6): every way in which two readers could disagree.
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5", 400), ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1", 400), ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length:", 400), ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1 2", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775808", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ５", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked", 501),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked", 501),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity", 501),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked", 501),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\u{b}chunked", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked", 400), ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked", 400),
    ("POST / HTTP/1.1\r\nHost: x\r\nExpect: a-miracle", 417),
  ]

  @Test(arguments: bad) func refuses(_ head: String, _ status: Int) {
    #expect(parsed(head + "\r\n\r\n").last?.hasPrefix("error \(status) ") == true, "\(parsed(head + "\r\n\r\n"))")
  }

  @Test(arguments: [
    "g\r\nabc\r\n", "\r\nabc", " 3\r\nabc\r\n", "3 \r\nabc\r\n", "0x3\r\nabc\r\n", "-3\r\nabc\r\n", "3\nabc\r\n", "3\r\nabcX\r\n",
    "3\r\nabc\n",
    "1000000000000000\r\n", "3;\u{0}\r\nabc\r\n", "3;\(String(repeating: "e", count: 300))\r\nabc\r\n", "0\r\n folded: x\r\n\r\n",
    "0\r\nA : b\r\n\r\n",
  ])
  func refusesChunks(_ body: String) {
    let events = parsed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    #expect(events.last?.hasPrefix("error 400 ") == true, "\(events)")
  }

  @Test func limitsAreMetExactly() {
    var limits = HTTPLimits()
    limits.requestLineBytesMax = 100
    let fits = "GET /" + String(repeating: "a", count: 100 - 14) + " HTTP/1.1"
    #expect(fits.utf8.count == 100)
    #expect(parsed(fits + "\r\nHost: x\r\n\r\n", limits: limits).last == "end  []")
    #expect(parsed(fits.replacing("/a", with: "/aa") + "\r\nHost: x\r\n\r\n", limits: limits) == ["error 414 request line too long"])
    #expect(parsed(String(repeating: "a", count: 200), limits: limits) == ["error 414 request line too long"])
    limits.headerFieldsMax = 3
    let three = "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n"
    #expect(parsed(three + "\r\n", limits: limits).last == "end  []")
    #expect(parsed(three + "C: 3\r\n\r\n", limits: limits) == ["error 431 too many fields"])
    let large = "GET / HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "a", count: 20_000)
    #expect(parsed(large, limits: limits) == ["error 431 header too large"])
  }

  @Test func trailersAreLimitedLikeHeaders() {
    let many = (0..<200).map { "T\($0): v\r\n" }.joined()
    let events = parsed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + many + "\r\n")
    #expect(events.last == "error 431 too many fields")
  }

  @Test func anErrorStaysAnError() {
    var parser = HTTP1Parser(limits: HTTPLimits(), peer: .loopback(port: 1), isTLS: false)
    for _ in 0..<2 {
      #expect(throws: HTTP1Error(400, "request line is not three words")) {
        var at = 0
        _ = try Array("x\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8).withUnsafeBytes { try parser.next($0, &at) }
      }
    }
  }
}
