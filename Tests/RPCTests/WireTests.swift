import HTTP
import Protobuf
import Testing

@testable import RPC

/// What no client of ours would send.
@Suite struct WireTests {
  private static let good = ClientCall.frame(note("x"))

  @Test(arguments: ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"])
  func takesTheContentTypesOfGRPC(type: String) async throws {
    var call = RawCall(body: [Self.good])
    call.headers = ["content-type": type]
    let answer = try await call.answer(from: try Loopback())
    #expect(answer.status == 200 && answer.error == nil && answer.body == Self.good)
  }

  @Test(arguments: ["application/json", "application/grpc+json", "application/grpcx", "text/plain", ""])
  func anotherContentTypeIs415(type: String) async throws {
    var call = RawCall(body: [Self.good])
    call.headers = ["content-type": type]
    #expect(try await call.answer(from: try Loopback()).status == 415)
  }

  @Test func anotherMethodThanPOSTIs405() async throws {
    let answer = try await RawCall(method: .get).answer(from: try Loopback())
    #expect(answer.status == 405 && answer.headers["allow"] == "POST")
  }

  @Test(arguments: [
    "/test.notes.Echo/Missing", "/test.notes.Missing/Unary", "/test.notes.Echo/unary", "/test.notes.Echo/Unary/", "/test.notes.Echo", "/",
    "/test.notes.Echo/Unary?x=1",
  ])
  func anUnknownMethodIsUnimplemented(path: String) async throws {
    let answer = try await RawCall(path: path, body: [Self.good]).answer(from: try Loopback())
    #expect(answer.status == 200)
    #expect(answer.error?.code == .unimplemented)
    #expect(answer.error?.message.contains(path) == true)
  }

  @Test(arguments: [[0], [0, 0, 0], [0, 0, 0, 0, 5, 1], [0, 0, 0, 0, 1]] as [[UInt8]])
  func aFrameCutShortIsTheCallersFault(body: [UInt8]) async throws {
    #expect(try await RawCall(body: [body]).answer(from: try Loopback()).error?.code == .invalidArgument)
  }

  @Test func aLargeFrameCutShortIsTheCallersFault() async throws {
    let call = RawCall(body: [[0, 0, 3, 0, 0] + [UInt8](repeating: 0, count: 100_000)])
    #expect(try await call.answer(from: try Loopback()).error?.code == .invalidArgument)
  }

  @Test func aStreamCutShortIsTheCallersFault() async throws {
    let call = RawCall(path: "/test.notes.Echo/Collect", body: [Self.good, [0, 0, 0, 0, 9, 1]])
    #expect(try await call.answer(from: try Loopback()).error?.code == .invalidArgument)
  }

  @Test func bytesThatAreNoMessageAreTheCallersFault() async throws {
    for message in [[0xff], [0x0a, 5, 1], [0x0a, 1, 0xff], [0, 0]] as [[UInt8]] {
      let call = RawCall(body: [ClientCall.frame(bytes: message)])
      let error = try await call.answer(from: try Loopback()).error
      #expect(error?.code == .invalidArgument && error?.reason == "MALFORMED_MESSAGE")
    }
  }

  @Test func twoMessagesForOneAreTooMany() async throws {
    let server = try Loopback()
    #expect(try await RawCall(body: [Self.good, Self.good]).answer(from: server).error?.code == .unimplemented)
    #expect(try await RawCall(body: [Self.good + [0]]).answer(from: server).error?.code == .unimplemented)
  }

  @Test func noMessageForOneIsTooFew() async throws {
    #expect(try await RawCall().answer(from: try Loopback()).error?.code == .unimplemented)
  }

  @Test func aMessageInPiecesIsAMessage() async throws {
    let answer = try await RawCall(body: Self.good.map { [$0] }).answer(from: try Loopback())
    #expect(answer.error == nil && answer.body == Self.good)
  }

  @Test func anOversizeMessageIsRefusedByItsPrefix() async throws {
    let call = RawCall(body: [[0, 0x7f, 0xff, 0xff, 0xff]], ends: false)
    let error = try await call.answer(from: try Loopback()).error
    #expect(error?.code == .resourceExhausted && error?.message.contains("2147483647") == true)
  }

  @Test func aCompressedMessageWithoutEncodingIsAnError() async throws {
    let call = RawCall(body: [[1] + Self.good.dropFirst()])
    #expect(try await call.answer(from: try Loopback()).error?.code == .internalError)
  }

  @Test func bytesThatAreNoGzipAreTheCallersFault() async throws {
    var call = RawCall(body: [[1] + Self.good.dropFirst()])
    call.headers.append("grpc-encoding", "gzip")
    let error = try await call.answer(from: try Loopback()).error
    #expect(error?.code == .invalidArgument && error?.message.contains("gzip") == true)
  }

  @Test func anUnknownFlagIsTheCallersFault() async throws {
    #expect(try await RawCall(body: [[7] + Self.good.dropFirst()]).answer(from: try Loopback()).error?.code == .invalidArgument)
  }

  @Test func anEncodingWeDoNotSpeakIsUnimplemented() async throws {
    var call = RawCall(body: [Self.good])
    call.headers.append("grpc-encoding", "snappy")
    let answer = try await call.answer(from: try Loopback())
    #expect(answer.error?.code == .unimplemented && answer.error?.message.contains("snappy") == true)
    #expect(answer.headers["grpc-accept-encoding"] == "identity, gzip")
  }

  @Test(arguments: ["", "1", "S", "1s", "-1S", "123456789S", "1 S"]) func aBadTimeoutIsTheCallersFault(timeout: String) async throws {
    var call = RawCall(body: [Self.good])
    call.headers.append("grpc-timeout", timeout)
    let error = try await call.answer(from: try Loopback()).error
    #expect(error?.code == .invalidArgument && error?.message.contains("grpc-timeout") == true)
  }

  @Test func aTimeoutBeyondAllClocksIsNone() async throws {
    var call = RawCall(body: [Self.good])
    call.headers.append("grpc-timeout", "99999999H")
    #expect(try await call.answer(from: try Loopback()).error == nil)
  }

  @Test(arguments: ["!!!", "A", "AQ=A", "AQ, !"]) func badBase64NamesItsHeader(value: String) async throws {
    var call = RawCall(body: [Self.good])
    call.headers.append("x-trace-bin", value)
    let error = try await call.answer(from: try Loopback()).error
    #expect(error?.code == .invalidArgument && error?.message.contains("x-trace-bin") == true)
  }
}
