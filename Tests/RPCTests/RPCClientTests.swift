import Glibc
import HTTP
import Logging
import Net
import Protobuf
import TestSupport
import Testing

@testable import RPC

/// Connections of the client: made when needed, made again when lost.
@Suite struct RPCClientTests {
  private static func configuration(backoff: Duration) -> RPCClient.Configuration {
    var configuration = RPCClient.Configuration()
    configuration.backoff = backoff
    return configuration
  }

  private static let echo = TestNotes.EchoMethods.unary

  @Test func nobodyThereIsUnavailable() async throws {
    let group = EventLoopGroup(count: 1)
    let client = RPCClient(host: "127.0.0.1", port: ClosedPort.anybodys.number, loops: group)
    let error = await rpcError { let _: TestNotes.Note = try await client.unary(Self.echo, note("x")) }
    #expect(error?.code == .unavailable)
    // The pause after a failed attempt fails calls at once.
    #expect(await rpcError { let _: TestNotes.Note = try await client.unary(Self.echo, note("x")) }?.code == .unavailable)
  }

  @Test func waitingForReadyEndsWithTheDeadline() async throws {
    let group = EventLoopGroup(count: 1)
    let client = RPCClient(host: "127.0.0.1", port: ClosedPort.anybodys.number, loops: group)
    let options = CallOptions(timeout: .milliseconds(30), waitForReady: true)
    let error = await rpcError { let _: TestNotes.Note = try await client.unary(Self.echo, note("x"), options: options) }
    #expect(error?.code == .deadlineExceeded)
  }

  @Test func waitingForReadyOutlastsAServerThatComesLate() async throws {
    let group = EventLoopGroup(count: 1)
    // An address that only this process uses: of 127.0.0.1, somebody may take any port that is free for a moment.
    let id = getpid()
    let host = "127.\(64 + (id >> 16) & 63).\((id >> 8) & 255).\(id & 255)"
    let client = RPCClient(host: host, port: 50_051, loops: group, configuration: Self.configuration(backoff: .milliseconds(5)))
    _ = await rpcError { let _: TestNotes.Note = try await client.unary(Self.echo, note("x")) }
    let options = CallOptions(timeout: .seconds(300), waitForReady: true)
    async let reply: TestNotes.Note = client.unary(Self.echo, note("x"), options: options)
    let rpc = RPCServer(services: [EchoService()], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let server = HTTPServer(group: group, handler: rpc, limits: HTTPLimits(), tls: nil)
    _ = try server.bind(try SocketAddress("\(host):50051"))
    #expect(try await reply == note("x"))
  }

  @Test func callsAreDealtToSeveralConnections() async throws {
    var configuration = RPCClient.Configuration()
    configuration.connections = 3
    let server = try Loopback(configuration: configuration)
    for _ in 0..<9 { #expect(try await server.echo.unary(note("x")) == note("x")) }
  }

  @Test func aClosedClientCallsNobody() async throws {
    let server = try Loopback()
    _ = try await server.echo.unary(note("x"))
    server.client.close()
    #expect(await rpcError { _ = try await server.echo.unary(note("x")) }?.code == .unavailable)
  }

  @Test func metadataOfTheClientGoesWithEveryCall() async throws {
    var configuration = RPCClient.Configuration()
    configuration.metadata.add("authorization", "Bearer ann")
    let server = try Loopback(configuration: configuration)
    #expect(try await server.book.write(note("")).text == "ann")
  }

  @Test func theClientsTimeoutHoldsWhereTheCallSaysNothing() async throws {
    var configuration = RPCClient.Configuration()
    configuration.timeout = .milliseconds(30)
    let server = try Loopback(configuration: configuration)
    #expect(await rpcError { _ = try await server.echo.misbehave(note("wait")) }?.code == .deadlineExceeded)
  }

  @Test func nothingIsWrittenAfterTheLast() async throws {
    let server = try Loopback()
    let call = try await server.echo.update()
    call.finishWriting()
    #expect(try await call.next() == nil)
    #expect(await rpcError { try await call.write(note("x")) }?.code == .failedPrecondition)
  }
}
