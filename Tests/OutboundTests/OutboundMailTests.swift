import Glibc
import Outbound
import Platform
import Synchronization
import TestSupport
import Testing

/// What replies mean, against a scripted server; `DeliveryTests` speaks with a real one, TLS and passwords included.
@Suite struct OutboundMailTests {
  /// What a server was told.
  final class Lines: Sendable {
    /// What stands behind the last line of a connection.
    static let end = "end of the connection"
    private let kept = Mutex<[(line: String, at: MonotonicInstant)]>([])
    var all: [String] { kept.withLock { $0.map(\.line) } }
    func append(_ line: String) { kept.withLock { $0.append((line, .now())) } }

    /// When it came, once it has.
    func time(of line: String) async -> MonotonicInstant {
      await TestClient.until { all.contains(line) }
      return kept.withLock { $0.first { $0.line == line }?.at } ?? .never
    }
  }

  /// Takes everything, but answers the commands in `replies` with those. A missing reply is silence.
  static func server(_ replies: [String: String?] = [:], received: Lines? = nil) -> @Sendable (LineServer.Connection) -> Void {
    { connection in
      func answer(_ command: String, _ usual: String) {
        guard let reply = replies[command] ?? usual else { return }
        connection.write(reply + "\r\n")
      }
      answer("greeting", "220 test")
      defer { received?.append(Lines.end) }
      while let line = connection.line() {
        received?.append(line)
        switch line.split(separator: " ").first {
        case "EHLO": answer("EHLO", "250-test\r\n250 AUTH PLAIN")
        case "AUTH":
          connection.write("334 \r\n")
          _ = connection.line()
          answer("AUTH", "235 yes")
        case "MAIL": answer("MAIL", "250 ok")
        case "RCPT": answer("RCPT", "250 ok")
        case "DATA":
          answer("DATA", "354 go on")
          if replies["DATA"] != nil { continue }
          while let text = connection.line(), text != "." { received?.append(text) }
          answer("END", "250 taken")
        case "QUIT":
          answer("QUIT", "221 bye")
          if replies["QUIT"] == nil { return }
        default: answer("other", "502 what?")
        }
      }
    }
  }

  static func mail(
    _ port: Int, from: String = "a@example.com", to: String = "b@example.com", message: String = "Subject: x\r\n\r\n.dot\r\n",
    timeout: Duration = .seconds(300)
  ) -> OutboundMail {
    OutboundMail(
      server: .init(host: "127.0.0.1", port: port, security: .none, credentials: .init(user: "u", password: "p")), from: from, to: to,
      message: Array(message.utf8), timeout: timeout)
  }

  @Test func aMailGoesToItsEnvelopeWithItsDotsStuffedAndConnectionsAreKept() async throws {
    let received = Lines()
    var options = OutboundOptions()
    options.mailsMax = 1
    // Longer than a test ever waits for its turn.
    options.mailIdleMax = .seconds(3600)
    try await LineServer.with(Self.server(received: received)) { server in
      try await TestClient.with(options) { client in
        try await client.mail(Self.mail(server.port))
        try await client.mail(Self.mail(server.port))
      }
      #expect(server.connectionCount == 1)
    }
    let lines = received.all
    #expect(lines.contains { $0.hasPrefix("MAIL FROM:<a@example.com>") } && lines.contains("RCPT TO:<b@example.com>"))
    #expect(lines.count { $0 == "..dot" } == 2 && lines.count { $0.hasPrefix("AUTH PLAIN") } == 1)
  }

  static let later: [(command: String, reply: String, code: Int)] = [
    ("RCPT", "450 mailbox busy", 450), ("DATA", "451 try later", 451), ("END", "452 disk full", 452), ("MAIL", "421 going down", 421),
    ("greeting", "421 too many", 421), ("greeting", "554 go away", 554), ("AUTH", "535 wrong password", 535),
    ("MAIL", "530 log in first", 530),
    ("MAIL", "550 this sender may not", 550),
  ]

  @Test(arguments: later)
  func theServerMayTakeItLater(command: String, reply: String, code: Int) async throws {
    try await LineServer.with(Self.server([command: reply, "other": "502 no"])) { server in
      try await TestClient.with { client in
        await #expect { try await client.mail(Self.mail(server.port)) } throws: { error in
          guard case OutboundError.mailDeferred(let said, let text) = error else { return false }
          return said == code && text == reply
        }
      }
    }
  }

  @Test(arguments: [("RCPT", "550 nobody here"), ("RCPT", "553 not an address"), ("DATA", "554 no"), ("END", "550 spam")])
  func theServerNeverTakesIt(command: String, reply: String) async throws {
    try await LineServer.with(Self.server([command: reply])) { server in
      try await TestClient.with { client in
        await #expect(throws: OutboundError.mailRefused(code: Int(reply.prefix(3)) ?? 0, reply: reply)) {
          try await client.mail(Self.mail(server.port))
        }
      }
    }
  }

  @Test func aReplyCannotWriteLogLinesOfItsOwn() async throws {
    let long = "550 " + String(repeating: "x", count: 500) + "\u{1b}[31m"
    try await LineServer.with(Self.server(["RCPT": "550 a\u{1b}[31m\u{7}b"])) { server in
      try await TestClient.with { client in
        await #expect(throws: OutboundError.mailRefused(code: 550, reply: "550 a [31m b")) { try await client.mail(Self.mail(server.port)) }
      }
    }
    try await LineServer.with(Self.server(["RCPT": long])) { server in
      try await TestClient.with { client in
        await #expect(throws: OutboundError.mailRefused(code: 550, reply: String(long.prefix(200)))) {
          try await client.mail(Self.mail(server.port))
        }
      }
    }
  }

  @Test func aServerThatSaysNothingIsATimeout() async throws {
    for command in ["greeting", "RCPT", "END"] {
      try await LineServer.with(Self.server([command: String?.none])) { server in
        try await TestClient.with { client in
          await #expect(throws: OutboundError.timeout) { try await client.mail(Self.mail(server.port, timeout: .milliseconds(300))) }
        }
      }
    }
  }

  @Test func aSlowServerHoldsUpNoOtherMail() async throws {
    let slow = Lines()
    let gate = Atomic<Bool>(false)
    let serve: @Sendable (LineServer.Connection) -> Void = { connection in
      connection.write("220 test\r\n")
      while let line = connection.line() {
        if line == "DATA" {
          connection.write("354 go on\r\n")
          var isSlow = false
          while let text = connection.line(), text != "." { isSlow = isSlow || text == "slow" }
          if isSlow {
            slow.append("waits")
            while !gate.load(ordering: .sequentiallyConsistent) { usleep(1000) }
          }
        }
        connection.write(line == "QUIT" ? "221 bye\r\n" : "250 ok\r\n")
      }
    }
    try await LineServer.with(serve) { server in
      try await TestClient.with { client in
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          for _ in 0..<3 { tasks.addTask { try await client.mail(Self.mail(server.port, message: "Subject: x\r\n\r\nslow\r\n")) } }
          await TestClient.until { slow.all.count == 3 }
          for _ in 0..<20 { try await client.mail(Self.mail(server.port)) }
          gate.store(true, ordering: .sequentiallyConsistent)
          try await tasks.waitForAll()
        }
      }
    }
  }

  @Test func aMailThatIsBrokenOffIsNotSentInHalf() async throws {
    let received = Lines()
    try await LineServer.with(Self.server(["END": String?.none], received: received)) { server in
      let client = OutboundClient(logger: .init(label: "test"))
      await withTaskGroup(of: Void.self) { tasks in
        tasks.addTask { await #expect(throws: OutboundError.closed) { try await client.mail(Self.mail(server.port)) } }
        await TestClient.until { received.all.contains("..dot") }
        await client.close(grace: .zero)
      }
      await client.close()
      await #expect(throws: OutboundError.closed) { try await client.mail(Self.mail(server.port)) }
    }
  }

  @Test func withoutTheTLSThatIsAMustNothingIsSent() async throws {
    let received = Lines()
    try await LineServer.with(Self.server(received: received)) { server in
      try await TestClient.with { client in
        var mail = Self.mail(server.port)
        mail.server.security = .startTLS
        let asked = mail
        await #expect { try await client.mail(asked) } throws: { if case OutboundError.insecure = $0 { true } else { false } }
      }
    }
    #expect(!received.all.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
  }

  @Test(arguments: ["", "@", "a", "a@b\r\nRCPT TO:<c@d>", "a@b> SIZE=1", "<a@b", "a b@c", "用户@example.com", "a@b\u{0}"])
  func anAddressThatIsNoneIsRefused(address: String) async throws {
    let received = Lines()
    try await LineServer.with(Self.server(received: received)) { server in
      try await TestClient.with { client in
        await #expect(throws: OutboundError.unusable("an address that is none")) {
          try await client.mail(Self.mail(server.port, to: address))
        }
        await #expect(throws: OutboundError.unusable("an address that is none")) {
          try await client.mail(Self.mail(server.port, from: address))
        }
      }
      #expect(server.connectionCount == 0)
    }
  }

  @Test func aServerThatNeverSaysGoodbyeHoldsNobodyUp() async throws {
    let received = Lines()
    var options = OutboundOptions()
    options.mailIdleMax = .seconds(3600)
    try await LineServer.with(Self.server(["QUIT": String?.none], received: received)) { server in
      let client = OutboundClient(options: options, logger: .init(label: "test"))
      try await client.mail(Self.mail(server.port))
      let start = MonotonicInstant.now()
      await client.close()
      // Curl's own patience would be 120 seconds. When this test had its turn is of no account.
      let end = await received.time(of: Lines.end)
      #expect(end - start < .seconds(60))
    }
  }

  @Test func aConnectionThatIsNotUsedEndsWithAGoodbyeThatNobodyWaitsFor() async throws {
    let received = Lines()
    var options = OutboundOptions()
    options.mailIdleMax = .milliseconds(10)
    try await LineServer.with(Self.server(["QUIT": String?.none], received: received)) { server in
      try await TestClient.with(options) { client in
        try await client.mail(Self.mail(server.port))
        let goodbye = await received.time(of: "QUIT")
        let end = await received.time(of: Lines.end)
        #expect(end - goodbye < .seconds(60))
      }
    }
  }
}
