import Synchronization
import TestSupport

/// A model provider on a port of its own on loopback: it says byte by byte what a test wants it to.
final class ModelServer: Sendable {
  struct Request: Sendable {
    var line: String
    /// In lower case, with their names.
    var headers: [String]
    var body: String
  }

  typealias Connection = LineServer.Connection

  private let server: LineServer
  private let state: Requests

  private final class Requests: Sendable {
    let all = Mutex<[Request]>([])
  }

  var port: Int { server.port }
  /// What came, in order.
  var requests: [Request] { state.all.withLock { $0 } }
  /// How many clients are connected.
  var openCount: Int { server.openCount }

  /// - Parameter serve: Answers a request; the connection is then closed. Its number counts from 1.
  init(_ serve: @escaping @Sendable (Request, Int, Connection) -> Void) {
    let state = Requests()
    self.state = state
    server = LineServer { connection in
      guard let (head, body) = connection.request(), let first = head.first else { return }
      let request = Request(line: first, headers: Array(head.dropFirst()), body: String(decoding: body, as: UTF8.self))
      let number = state.all.withLock { requests in
        requests.append(request)
        return requests.count
      }
      serve(request, number, connection)
    }
  }

  func stop() { server.stop() }
}

extension LineServer.Connection {
  /// An answer that ends with its connection.
  func answer(_ status: String, _ type: String, headers: String = "", _ body: String) {
    write("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\n\(headers)Connection: close\r\n\r\n\(body)")
  }

  func stream(_ body: String) { answer("200 OK", "text/event-stream; charset=utf-8", body) }

  /// Waits until the client has gone.
  func waitForEnd() { while !bytes(1).isEmpty {} }
}

/// A chunk of a stream, with its empty line.
func chunk(_ text: String) -> String {
  #"data: {"id":"1","object":"chat.completion.chunk","model":"stub-1","choices":[{"index":0,"delta":{"content":"\#(text)"},"#
    + #""finish_reason":null}]}"# + "\n\n"
}

func ending(_ reason: String) -> String { #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"\#(reason)"}]}"# + "\n\n" }

let usageChunk = #"data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}"# + "\n\n"
let doneChunk = "data: [DONE]\n\n"
