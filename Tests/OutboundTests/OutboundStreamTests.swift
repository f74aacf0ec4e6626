import Outbound
import Platform
import Synchronization
import TestSupport
import Testing

@Suite struct OutboundStreamTests {
  static let megabyte = [UInt8](repeating: 7, count: 1 << 20)

  /// Answers with that many MiB.
  static func sending(_ megabytes: Int) -> @Sendable (LineServer.Connection) -> Void {
    { connection in
      while connection.request() != nil {
        connection.write("HTTP/1.1 206 Partial Content\r\nContent-Length: \(megabytes << 20)\r\nX-Name: value\r\n\r\n")
        for _ in 0..<megabytes { connection.write(megabyte) }
      }
    }
  }

  @Test func aBodyComesInBoundedPieces() async throws {
    try await LineServer.with(Self.sending(9)) { server in
      try await TestClient.with { client in
        for _ in 0..<2 {
          let stream = try await client.stream(.local(server.port))
          #expect(stream.status == 206 && stream.header("x-name") == "value")
          var count = 0
          while let piece = try await stream.next() {
            #expect(!piece.isEmpty && piece.count <= 256 << 10)
            count += piece.count
          }
          let end = try await stream.next()
          #expect(count == 9 << 20 && end == nil)
        }
        #expect(server.connectionCount == 1)
      }
    }
  }

  @Test func anEmptyBodyEndsAtOnce() async throws {
    try await LineServer.with(OutboundHTTPTests.answering("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) { server in
      try await TestClient.with { client in
        let stream = try await client.stream(.local(server.port))
        let piece = try await stream.next()
        #expect(stream.status == 404 && piece == nil)
      }
    }
  }

  @Test func aBodyThatBreaksOffIsSaidAfterWhatCame() async throws {
    let serve: @Sendable (LineServer.Connection) -> Void = { connection in
      _ = connection.request()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    }
    try await LineServer.with(serve) { server in
      try await TestClient.with { client in
        let stream = try await client.stream(.local(server.port))
        let piece = try await stream.next()
        #expect(piece == Array("half".utf8))
        await #expect {
          try await stream.next()
        } throws: { if case OutboundError.interrupted = $0 { true } else { false } }
      }
    }
  }

  @Test func aReaderThatLosesInterestFreesTheConnection() async throws {
    try await LineServer.with(Self.sending(50)) { server in
      try await TestClient.with { client in
        let stream = try await client.stream(.local(server.port))
        _ = try await stream.next()
        stream.cancel()
        await #expect(throws: OutboundError.cancelled) { try await stream.next() }
        do { _ = try await client.stream(.local(server.port)) }
        // More than may be under way at once: those before are gone.
        for _ in 0..<20 {
          let stream = try await client.stream(.local(server.port))
          _ = try await stream.next()
        }
      }
    }
  }

  @Test func silenceInTheMiddleIsATimeout() async throws {
    let serve: @Sendable (LineServer.Connection) -> Void = { connection in
      _ = connection.request()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
      _ = connection.request()
    }
    try await LineServer.with(serve) { server in
      try await TestClient.with { client in
        let stream = try await client.stream(.local(server.port, timeout: .milliseconds(500)))
        _ = try await stream.next()
        await #expect(throws: OutboundError.timeout) { try await stream.next() }
      }
    }
  }

  @Test func nobodyListeningIsSaidInPlaceOfAHead() async throws {
    try await TestClient.with { client in
      await #expect {
        try await client.stream(.local(OutboundRequest.deadPort))
      } throws: { if case OutboundError.unreachable = $0 { true } else { false } }
    }
  }
}

@Suite struct OutboundRepeatTests {
  final class Requests: Sendable {
    private let seen = Mutex(0)
    var count: Int { seen.withLock { $0 } }
    /// How many came before.
    func next() -> Int {
      seen.withLock { seen in
        defer { seen += 1 }
        return seen
      }
    }
  }

  /// Answers with these statuses one after another, the last one from then on; 0 closes the connection instead.
  static func answering(_ statuses: [Int], _ seen: Requests) -> @Sendable (LineServer.Connection) -> Void {
    { connection in
      while connection.request() != nil {
        let status = statuses[min(seen.next(), statuses.count - 1)]
        if status == 0 { return }
        connection.write("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n")
      }
    }
  }

  @Test(arguments: [
    ([503, 429, 200], OutboundRequest.Repeats.ifNotTaken, 200, 3), ([500, 502, 200], .always, 200, 3), ([0, 504, 204], .always, 204, 3),
    ([500, 200], .ifNotTaken, 500, 1), ([503, 200], .never, 503, 1), ([404, 200], .always, 404, 1), ([503], .always, 503, 3),
  ])
  func whatMayBeSentAgainIs(statuses: [Int], repeats: OutboundRequest.Repeats, status: Int, attempts: Int) async throws {
    let seen = Requests()
    try await LineServer.with(Self.answering(statuses, seen)) { server in
      try await TestClient.with { client in
        var request = OutboundRequest.local(server.port, method: .put, body: [1, 2, 3])
        request.repeats = repeats
        let answer = try await client.http(request)
        #expect(answer.status == status && answer.attempts == attempts && seen.count == attempts)
      }
    }
  }

  @Test func thereIsNoTryAfterTheTimeLimit() async throws {
    let seen = Requests()
    try await LineServer.with(Self.answering([503], seen)) { server in
      try await TestClient.with { client in
        var request = OutboundRequest.local(server.port, timeout: .milliseconds(100))
        request.repeats = .always
        let answer = try await client.http(request)
        #expect(answer.status == 503 && answer.attempts == 1)
      }
    }
  }

  @Test func aLongBodyIsSentWholeEachTime() async throws {
    let bodies = Mutex<[[UInt8]]>([])
    let serve: @Sendable (LineServer.Connection) -> Void = { connection in
      while let request = connection.request() {
        let count = bodies.withLock { bodies in
          bodies.append(request.body)
          return bodies.count
        }
        connection.write("HTTP/1.1 \(count == 1 ? 503 : 200) X\r\nContent-Length: 0\r\n\r\n")
      }
    }
    try await LineServer.with(serve) { server in
      try await TestClient.with { client in
        let body = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        var request = OutboundRequest.local(server.port, method: .put, body: body)
        request.repeats = .always
        let answer = try await client.http(request)
        #expect(answer.status == 200 && bodies.withLock { $0 } == [body, body])
      }
    }
  }

  @Test func aRequestThatNobodyAwaitsIsAnswered() async throws {
    try await LineServer.with(OutboundHTTPTests.answering(OutboundHTTPTests.hello)) { server in
      try await TestClient.with { client in
        let status = await withCheckedContinuation { continuation in
          client.start(.local(server.port)) { continuation.resume(returning: try? $0.get().status) }
        }
        let refusal = await withCheckedContinuation { continuation in
          client.start(OutboundRequest(url: "file:///etc/passwd")) { continuation.resume(returning: try? $0.get().status) }
        }
        #expect(status == 200 && refusal == nil)
      }
    }
    try await LineServer.with(OutboundHTTPTests.silent) { server in
      try await TestClient.with { client in
        let answer = await withCheckedContinuation { continuation in
          let call = client.start(.local(server.port)) { continuation.resume(returning: $0.map { $0.status }) }
          call?.cancel()
        }
        #expect(answer == .failure(.cancelled))
      }
    }
  }
}
