import HTTP
import Net
import Protobuf
import Synchronization
import Testing

@testable import RPC

/// What a call says when its stream or connection ends before the answer: at once, not when its deadline has passed.
@Suite struct ClientResetTests {
  /// Ends each stream in its own way: the first request with the first of these, the second with the second …
  private final class Ender: HTTPHandler {
    enum End: Sendable {
      case reset(UInt32)
      case resetAfterHead(UInt32)
      case answer
    }

    private let ends: Mutex<[End]>
    let accepted = Atomic<Int>(0)

    init(_ ends: [End]) { self.ends = Mutex(ends) }

    func accept(_ stream: HTTPStream) -> any HTTPStreamOwner {
      accepted.add(1, ordering: .relaxed)
      let end = ends.withLock { $0.isEmpty ? .answer : $0.removeFirst() }
      let head = ResponseHead(status: 200, headers: ["content-type": "application/grpc"])
      switch end {
      case .reset(let code): stream.reset(code)
      case .resetAfterHead(let code):
        stream.sendHead(head)
        // In a later turn, so that the head has left.
        stream.loop.schedule(after: .milliseconds(5)) { stream.reset(code) }
      case .answer:
        stream.sendHead(head)
        stream.send(RawCall.frame(note("done")))
        stream.finish(trailers: ["grpc-status": "0"])
      }
      return Owner()
    }

    private final class Owner: HTTPStreamOwner {
      func streamChanged(_ stream: HTTPStream) { stream.consume(stream.inbound.count) }
      func streamWritable(_ stream: HTTPStream) {}
      func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {}
    }
  }

  private func call(_ ender: Ender) async throws -> Result<TestNotes.Note, RPCError> {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let server = HTTPServer(group: group, handler: ender, tls: nil)
    let client = RPCClient(host: "127.0.0.1", port: try server.bind(.loopback(port: 0)).port, loops: group)
    do throws(RPCError) {
      return .success(try await client.unary(TestNotes.EchoMethods.unary, note("x"), options: CallOptions(timeout: .seconds(300))))
    } catch {
      return .failure(error)
    }
  }

  private func code(_ result: Result<TestNotes.Note, RPCError>) -> StatusCode? {
    if case .failure(let error) = result { error.code } else { nil }
  }

  @Test(arguments: [(HTTPErrorCode.cancel, StatusCode.cancelled), (HTTPErrorCode.internalError, .internalError), (11, .resourceExhausted)])
  func aResetBeforeTheAnswerHasItsCode(reset: UInt32, expected: StatusCode) async throws {
    #expect(code(try await call(Ender([.reset(reset)]))) == expected)
    #expect(code(try await call(Ender([.resetAfterHead(reset)]))) == expected)
  }

  @Test func aRefusedStreamIsTriedOnceMore() async throws {
    let once = Ender([.reset(HTTPErrorCode.refusedStream)])
    #expect(try await call(once).get() == note("done"))
    #expect(once.accepted.load(ordering: .relaxed) == 2)
    let twice = Ender([.reset(HTTPErrorCode.refusedStream), .reset(HTTPErrorCode.refusedStream)])
    #expect(code(try await call(twice)) == .unavailable)
    #expect(twice.accepted.load(ordering: .relaxed) == 2)
  }

  @Test func aConnectionThatIsLostIsUnavailableAtOnce() async throws {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    // Takes connections and closes them when something comes.
    let listener = try Listener(.loopback(port: 0), group: group) { descriptor, peer, loop in
      let transport = Transport(descriptor: descriptor, peer: peer, loop: loop, tls: nil)
      transport.delegate = Closer()
      transport.start()
    }
    defer { listener.close() }
    let client = RPCClient(host: "127.0.0.1", port: listener.address.port, loops: group)
    let options = CallOptions(timeout: .seconds(300))
    let error = await rpcError { let _: TestNotes.Note = try await client.unary(TestNotes.EchoMethods.unary, note("x"), options: options) }
    #expect(error?.code == .unavailable)
  }

  private final class Closer: TransportDelegate {
    func transport(_ transport: Transport, received bytes: UnsafeRawBufferPointer) { transport.close() }
    func transport(_ transport: Transport, secured applicationProtocol: String?) {}
    func transport(_ transport: Transport, ended error: NetError?) { transport.close() }
    func transportDrained(_ transport: Transport) {}
  }
}
