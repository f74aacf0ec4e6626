import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Outbound

@Suite struct OutboundHTTPTests {
  static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Name:  value \r\n\r\nhello"

  static func answering(_ answer: String) -> @Sendable (LineServer.Connection) -> Void {
    { connection in while connection.request() != nil { connection.write(answer) } }
  }

  /// Reads and never answers.
  static let silent: @Sendable (LineServer.Connection) -> Void = { connection in while connection.request() != nil {} }

  @Test func anAnswerComesWithStatusHeadersAndBody() async throws {
    try await LineServer.with(Self.answering(Self.hello)) { server in
      try await TestClient.with { client in
        let answer = try await client.http(.local(server.port))
        #expect(answer.status == 200 && answer.body == Array("hello".utf8))
        #expect(answer.header("x-name") == "value" && answer.header("content-length") == "5" && answer.header("x") == nil)
      }
    }
  }

  @Test func aRequestIsWhatWasAskedFor() async throws {
    let seen = Mutex<(head: [String], body: [UInt8])>(([], []))
    let serve: @Sendable (LineServer.Connection) -> Void = { connection in
      while let request = connection.request() {
        seen.withLock { $0 = request }
        connection.write(Self.hello)
      }
    }
    try await LineServer.with(serve) { server in
      try await TestClient.with { client in
        _ = try await client.http(
          .local(
            server.port, "/a?b=%20c", method: .post, headers: [("Content-Type", "application/json"), ("X-Empty", "")],
            body: Array("{}".utf8)))
        let first = seen.withLock { $0 }
        #expect(first.head[0] == "POST /a?b=%20c HTTP/1.1" && first.body == Array("{}".utf8))
        #expect(first.head.contains("Content-Type: application/json") && first.head.contains("X-Empty:"))
        #expect(first.head.contains("Content-Length: 2") && !first.head.contains { $0.hasPrefix("Expect") })
        for method in [OutboundRequest.Method.put, .patch, .delete] {
          _ = try await client.http(.local(server.port, method: method, body: [0, 1, 255]))
          #expect(seen.withLock { $0.head[0] } == "\(method.rawValue) / HTTP/1.1" && seen.withLock { $0.body } == [0, 1, 255])
          #expect(!seen.withLock { $0.head }.contains { $0.lowercased().hasPrefix("content-type") })
        }
        _ = try await client.http(.local(server.port, method: .post))
        #expect(seen.withLock { $0.head }.contains("Content-Length: 0"))
        #expect(server.connectionCount == 1)
      }
    }
  }

  @Test func anErrorStatusIsAnAnswer() async throws {
    try await LineServer.with(Self.answering("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")) { server in
      try await TestClient.with { client in
        let answer = try await client.http(.local(server.port))
        #expect(answer.status == 503)
      }
    }
  }

  @Test func aRedirectIsFollowedOnlyWhenAskedFor() async throws {
    let serve: @Sendable (LineServer.Connection) -> Void = { connection in
      while let request = connection.request() {
        connection.write(
          request.head[0].contains("/new") ? Self.hello : "HTTP/1.1 302 Found\r\nLocation: /new\r\nX-Old: 1\r\nContent-Length: 0\r\n\r\n")
      }
    }
    try await LineServer.with(serve) { server in
      try await TestClient.with { client in
        let unfollowed = try await client.http(.local(server.port))
        #expect(unfollowed.status == 302)
        var request = OutboundRequest.local(server.port)
        request.redirectsMax = 1
        let answer = try await client.http(request)
        #expect(answer.status == 200 && answer.header("x-old") == nil && answer.header("x-name") == "value")
      }
    }
  }

  @Test func anAnswerBeyondItsLimitIsAnError() async throws {
    let body = String(repeating: "x", count: 1001)
    try await LineServer.with(Self.answering("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n\(body)")) { server in
      try await TestClient.with { client in
        let answer = try await client.http(.local(server.port, bodyBytesMax: 1001))
        #expect(answer.body.count == 1001)
        await #expect(throws: OutboundError.responseTooLarge) { try await client.http(.local(server.port, bodyBytesMax: 1000)) }
      }
    }
    let head = (0..<2000).map { "X-\($0): \(String(repeating: "y", count: 40))\r\n" }.joined()
    try await LineServer.with(Self.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\(head)\r\n")) { server in
      try await TestClient.with { client in
        await #expect(throws: OutboundError.responseTooLarge) { try await client.http(.local(server.port)) }
      }
    }
  }

  @Test func aServerThatSaysNothingIsATimeout() async throws {
    try await LineServer.with(Self.silent) { server in
      try await TestClient.with { client in
        await #expect(throws: OutboundError.timeout) { try await client.http(.local(server.port, timeout: .milliseconds(200))) }
      }
    }
  }

  @Test func aBrokenAnswerIsInterrupted() async throws {
    let serve: @Sendable (LineServer.Connection) -> Void = { connection in
      _ = connection.request()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    }
    try await LineServer.with(serve) { server in
      try await TestClient.with { client in
        await #expect { try await client.http(.local(server.port)) } throws: {
          if case OutboundError.interrupted = $0 { true } else { false }
        }
      }
    }
  }

  @Test func nobodyListeningIsUnreachable() async throws {
    try await TestClient.with { client in
      await #expect { try await client.http(.local(OutboundRequest.deadPort)) } throws: {
        if case OutboundError.unreachable = $0 { true } else { false }
      }
      await #expect {
        try await client.http(OutboundRequest(url: "http://nowhere.invalid/", addresses: .operatorConfigured))
      } throws: {
        if case OutboundError.unreachable = $0 { true } else { false }
      }
    }
  }

  @Test(arguments: ["", "x", "file:///etc/passwd", "ftp://example.com/", "http://", "http://user:pass@127.0.0.1/", "http://a b/"])
  func aURLThatIsNotForCallingIsRefused(url: String) async throws {
    try await TestClient.with { client in
      await #expect { try await client.http(OutboundRequest(url: url, addresses: .operatorConfigured)) } throws: {
        if case OutboundError.unusable = $0 { true } else { false }
      }
    }
  }

  @Test(arguments: [("X-A", "a\r\nX-B: b"), ("X-A\r\nX-B", "b"), ("", "a"), ("X A", "a"), ("X-A", "a\u{0}")])
  func aHeaderThatIsNoLineIsRefused(name: String, value: String) async throws {
    try await LineServer.with(Self.answering(Self.hello)) { server in
      try await TestClient.with { client in
        await #expect(throws: OutboundError.unusable("a header that is not one line")) {
          try await client.http(.local(server.port, headers: [(name, value)]))
        }
      }
      #expect(server.connectionCount == 0)
    }
  }

  @Test func privateAddressesAreForTheOperatorOnly() async throws {
    try await LineServer.with(Self.answering(Self.hello)) { server in
      try await TestClient.with { client in
        for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]", "2130706433"] {
          await #expect { try await client.http(OutboundRequest(url: "http://\(host):\(server.port)/")) } throws: {
            if case OutboundError.addressRefused = $0 { true } else { false }
          }
        }
        // Nor does a connection help that an allowed request has left open.
        _ = try await client.http(.local(server.port))
        await #expect { try await client.http(OutboundRequest(url: "http://127.0.0.1:\(server.port)/")) } throws: {
          if case OutboundError.addressRefused = $0 { true } else { false }
        }
      }
      #expect(server.connectionCount == 1)
    }
  }

  @Test func noMoreThanTheLimitRunAtOnceAndTheRestIsRefusedOrWaits() async throws {
    let running = Mutex<(now: Int, most: Int)>((0, 0))
    let gate = Atomic<Bool>(false)
    let serve: @Sendable (LineServer.Connection) -> Void = { connection in
      while connection.request() != nil {
        running.withLock { counts in
          counts.now += 1
          counts.most = max(counts.most, counts.now)
        }
        while !gate.load(ordering: .sequentiallyConsistent) { usleep(1000) }
        running.withLock { $0.now -= 1 }
        connection.write(Self.hello)
      }
    }
    var options = OutboundOptions()
    options.activePerHostMax = 2
    options.transfersMax = 6
    try await LineServer.with(serve) { server in
      try await TestClient.with(options) { client in
        let outcomes = await withTaskGroup(of: OutboundError?.self) { tasks in
          for _ in 0..<10 {
            tasks.addTask {
              do throws(OutboundError) {
                _ = try await client.http(.local(server.port))
                return nil
              } catch { return error }
            }
          }
          var outcomes: [OutboundError?] = []
          for await outcome in tasks {
            outcomes.append(outcome)
            // The four too many are answered at once; the others once the server goes on.
            if outcomes.count == 4 { gate.store(true, ordering: .sequentiallyConsistent) }
          }
          return outcomes
        }
        #expect(outcomes.count { $0 == .overloaded } == 4 && outcomes.count { $0 == nil } == 6)
        #expect(running.withLock { $0.most } == 2)
      }
    }
  }

  @Test func aTransferThatWaitsLeavesAtItsDeadline() async throws {
    var options = OutboundOptions()
    options.activePerHostMax = 1
    try await LineServer.with(Self.silent) { server in
      try await TestClient.with(options) { client in
        await withTaskGroup(of: Void.self) { tasks in
          tasks.addTask {
            await #expect(throws: OutboundError.cancelled) { try await client.http(.local(server.port, timeout: .seconds(300))) }
          }
          await TestClient.until { server.connectionCount == 1 }
          await #expect(throws: OutboundError.timeout) { try await client.http(.local(server.port, timeout: .milliseconds(100))) }
          tasks.cancelAll()
        }
      }
    }
  }

  @Test func closingEndsWhatIsUnderWay() async throws {
    try await LineServer.with(Self.silent) { server in
      let client = OutboundClient(logger: .init(label: "test"))
      await withTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          await #expect(throws: OutboundError.closed) { try await client.http(.local(server.port, timeout: .seconds(300))) }
        }
        await TestClient.until { server.connectionCount == 1 }
        await client.close(grace: .milliseconds(50))
      }
      await client.close()
      await #expect(throws: OutboundError.closed) { try await client.http(.local(server.port)) }
    }
  }

  @Test func closingEndsTheThread() async {
    // As long as it runs, it holds this.
    weak var thread: TransferThread?
    do {
      let started = TransferThread(options: OutboundOptions())
      thread = started
      await started.close(grace: .zero)
    }
    await TestClient.until { thread == nil }
  }
}
