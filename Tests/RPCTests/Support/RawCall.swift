import HTTP
import Net
import Synchronization

@testable import RPC

/// A request with bytes of any kind, to see what the server makes of what no client of ours would send.
struct RawCall {
  var method: HTTPMethod = .post
  var path = "/test.notes.Echo/Unary"
  var headers: Headers = ["content-type": "application/grpc", "te": "trailers"]
  /// Sent one after the other, each as one write.
  var body: [[UInt8]] = []
  /// The client ends its side behind the body.
  var ends = true

  /// What came back.
  struct Answer: Sendable {
    var status = 0
    var headers = Headers()
    var trailers: Headers?
    var body: [UInt8] = []
    var reason = HTTPCloseReason.connectionLost

    /// The status of gRPC, wherever it stood.
    var error: RPCError? { StatusReader.error(trailers ?? headers) }
  }

  /// A message with its prefix.
  static func frame(_ message: TestNotes.Note) -> [UInt8] { ClientCall.frame(message) }

  func answer(from server: Loopback) async throws -> Answer {
    let loop = server.loop
    let connection = try await server.onLoop {
      try await HTTPClientConnection.connect(to: "127.0.0.1", port: server.port, tls: nil, loop: loop, timeout: .seconds(60))
    }
    let answer = await withCheckedContinuation { continuation in
      loop.execute { [self] in
        let head = RequestHead(method: method, path: path, authority: "127.0.0.1", headers: headers)
        let stream = connection.open(head, owner: Owner(continuation))
        for part in body { stream.send(part) }
        if ends { stream.finish() }
      }
    }
    loop.execute { connection.close() }
    return answer
  }

  private final class Owner: HTTPStreamOwner {
    private var answer = Answer()
    private let continuation: CheckedContinuation<Answer, Never>

    init(_ continuation: CheckedContinuation<Answer, Never>) {
      self.continuation = continuation
    }

    func streamChanged(_ stream: HTTPStream) {
      if let response = stream.response {
        answer.status = response.status
        answer.headers = response.headers
      }
      answer.body += stream.inbound.bytes
      stream.consume(stream.inbound.count)
      answer.trailers = stream.inboundTrailers
    }

    func streamWritable(_ stream: HTTPStream) {}

    func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {
      streamChanged(stream)
      answer.reason = reason
      continuation.resume(returning: answer)
    }
  }
}
