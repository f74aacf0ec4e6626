import HTTP
import Testing

@testable import Gateway

/// Streamed `google.api.HttpBody`, in process and across the network.
@Suite(.serialized) struct DownloadTests {
  typealias Way = FilesGateway.Way

  /// Compared as truth values: what differs in millions of bytes is nothing to print.
  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    var whole: [UInt8] = []
    for _ in 0..<10 { whole += FilesService.bytes }
    return bytes == whole
  }

  @Test(arguments: Way.allCases) func aFileOfKnownLength(way: Way) throws {
    let gateway = try FilesGateway(way)
    let answer = try gateway.get("/files/known")
    #expect(answer.head.hasPrefix("HTTP/1.1 200") && answer.head.contains("content-length: 2500000"))
    #expect(answer.head.contains("content-type: application/pdf") && !answer.head.contains("chunked"))
    #expect(Self.isWhole(answer.body))
    #expect(gateway.service.log == ["ended"])
  }

  @Test(arguments: Way.allCases) func aFileOfUnknownLengthComesInChunks(way: Way) throws {
    let answer = try FilesGateway(way).get("/files/unknown")
    #expect(answer.head.contains("transfer-encoding: chunked"))
    #expect(Self.isWhole(Self.unchunked(answer.body)))
  }

  @Test(arguments: Way.allCases) func statusAndHeadersAreTheServices(way: Way) throws {
    let gateway = try FilesGateway(way)
    let part = try gateway.get("/files/part", more: "range: bytes 0-4\r\n")
    #expect(part.head.hasPrefix("HTTP/1.1 206") && part.head.contains("content-range: bytes 0-4/100"))
    #expect(part.body == Array("12345".utf8))
    let unchanged = try gateway.get("/files/unchanged")
    #expect(unchanged.head.hasPrefix("HTTP/1.1 304") && unchanged.head.contains("etag: \"1\"") && unchanged.body.isEmpty)
    #expect(!unchanged.head.contains("content-type:"))
    let empty = try gateway.get("/files/empty")
    #expect(empty.head.hasPrefix("HTTP/1.1 200") && Self.unchunked(empty.body).isEmpty)
  }

  @Test(arguments: Way.allCases) func headHasTheLengthAndNoBody(way: Way) async throws {
    let gateway = try FilesGateway(way)
    let answer = try gateway.get("/files/known", method: "HEAD")
    #expect(answer.head.hasPrefix("HTTP/1.1 200") && answer.head.contains("content-length: 2500000") && answer.body.isEmpty)
    #expect(await gateway.notes("cancelled"))
  }

  @Test(arguments: Way.allCases) func errorsBeforeTheFirstByteAreAnswers(way: Way) async throws {
    var options = RESTGateway.Options()
    options.timeout = .milliseconds(50)
    let gateway = try FilesGateway(way, options: options)
    let missing = try gateway.get("/files/missing")
    #expect(missing.head.hasPrefix("HTTP/1.1 404") && String(decoding: missing.body, as: UTF8.self) == #"{"detail":"文件不存在"}"#)
    #expect(try gateway.get("/files/silent").head.hasPrefix("HTTP/1.1 504"))
    #expect(await gateway.notes("cancelled"))
  }

  @Test(arguments: ["broken", "short", "long"], Way.allCases) func errorsAfterTheFirstByteBreakTheConnection(name: String, way: Way) throws
  {
    let answer = try FilesGateway(way).get("/files/\(name)")
    #expect(answer.head.hasPrefix("HTTP/1.1 200") && !answer.body.isEmpty)
    let isEnd = answer.body.suffix(5) == Array("0\r\n\r\n".utf8)[...]
    #expect(name == "broken" ? !isEnd : answer.body.count < (name == "short" ? 5_000_001 : 4_999_999))
  }

  @Test(arguments: Way.allCases) func aSlowReaderHoldsTheServiceUpAndLeavingCancelsIt(way: Way) async throws {
    let gateway = try FilesGateway(way)
    var socket: RawSocket? = try RawSocket(port: gateway.port, receiveBuffer: 16_384)
    socket?.write(Array("GET /files/endless HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ann\r\n\r\n".utf8))
    // The service has something ready at any time, so without a bound it would be far ahead of each read: no moment need be waited for.
    var readCount = 0
    while readCount < 24_000_000 {
      readCount += try #require(socket?.read()).count
      try #require(gateway.service.sentCount - readCount < 12_000_000)
    }
    #expect(gateway.service.log.isEmpty)
    socket?.resetWhenClosed()
    socket = nil
    #expect(await gateway.notes("cancelled"))
  }

  @Test(arguments: Way.allCases) func aFullServerSaysSo(way: Way) throws {
    var options = RESTGateway.Options()
    options.answerBudget = .init(bytesMax: 100_000)
    #expect(try FilesGateway(way, options: options).get("/files/known").head.hasPrefix("HTTP/1.1 503"))
  }

  private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 13), let count = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16), count > 0 {
      rest = rest[(end + 2)...]
      result += rest.prefix(count)
      rest = rest.dropFirst(count + 2)
    }
    return result
  }
}
