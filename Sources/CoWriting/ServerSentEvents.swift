import Protobuf
import RPC

/// Events as a browser's `EventSource` reads them.
///
/// Source: WHATWG HTML, section 9.2.
struct ServerSentEvents {
  static let contentType = "text/event-stream"

  private let responses: ResponseStream<GoogleAPI.HttpBody>
  private let call: ServerCall

  init(_ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall) {
    self.responses = responses
    self.call = call
    call.setHTTPHeader("cache-control", "no-store")
    // nginx would hold events back otherwise.
    call.setHTTPHeader("x-accel-buffering", "no")
  }

  /// - Parameters:
  ///   - id: What a client says in `Last-Event-ID` when it comes back; nil leaves the one before.
  ///   - data: The members of a JSON object.
  func send(_ name: String, id: String?, _ data: [String: GoogleProtobuf.Value.Kind]) async throws {
    var object = GoogleProtobuf.Struct()
    for (key, kind) in data { object.fields[.init(key)] = .with { $0.kind = kind } }
    // JSON has no line feed outside its strings and writes those within as \n: one line of data.
    let json = String(decoding: try object.jsonUTF8Bytes(), as: UTF8.self)
    try await write("event: \(name)\n" + (id.map { "id: \($0)\n" } ?? "") + "data: \(json)\n\n")
  }

  /// Says nothing: keeps proxies from taking the connection for idle.
  func sendComment() async throws { try await write(":\n\n") }

  /// Answers a client that comes back although everything was said: 204 tells it to stay away.
  func refuseReconnection() async throws {
    call.setHTTPStatus(204)
    try await responses.write(.with { $0.contentType = Self.contentType })
  }

  private func write(_ text: String) async throws {
    try await responses.write(
      .with {
        $0.contentType = Self.contentType
        $0.data = Array(text.utf8)
      })
  }
}
