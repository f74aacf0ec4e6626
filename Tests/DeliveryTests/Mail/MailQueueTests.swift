import Logging
import Outbound
import Platform
import Storage
import Synchronization
import Testing

@testable import Delivery

@Suite struct MailQueueTests {
  static let start: Int64 = 1_704_067_200_000_000

  static func message(_ to: String = "user@example.com", code: String? = "012345") -> OutgoingMessage {
    OutgoingMessage(channel: .email, to: to, purpose: "register", code: code, text: "您的验证码是 \(code ?? "-")")
  }

  @Test func aMailGoesOutOnceAndLeavesNothing() async throws {
    try await MailQueueFixture.with { fixture in
      try await fixture.queue.send(Self.message())
      #expect(fixture.sent.isEmpty)
      let wait = await fixture.queue.deliverDue()
      #expect(wait == nil)
      #expect(fixture.sent.map(\.to) == ["user@example.com"] && fixture.sent[0].from == "no-reply@example.com")
      let left1 = try await fixture.rows()
      #expect(left1 == [])
      await fixture.queue.deliverDue()
      #expect(fixture.sent.count == 1)
    }
  }

  @Test func aPostIsToldAndSurvivesARestart() async throws {
    try await MailQueueFixture.with { fixture in
      let posts = Mutex(0)
      fixture.queue.onPosted { posts.withLock { $0 += 1 } }
      try await fixture.queue.send(Self.message())
      #expect(posts.withLock { $0 } == 1)
      // A new process finds it without being told.
      await fixture.restarted().deliverDue()
      #expect(fixture.sent.count == 1)
    }
  }

  @Test func aServerThatIsDownDelaysAndTheSameMessageComesLater() async throws {
    try await MailQueueFixture.with { fixture in
      fixture.answers = [.unreachable("down"), .timeout, .mailDeferred(code: 451, reply: "later"), nil]
      try await fixture.queue.send(Self.message())
      var wait = await fixture.queue.deliverDue()
      let first = try #require(wait)
      #expect(fixture.sent.count == 1 && first >= .milliseconds(800) && first <= .milliseconds(1200))
      // Not before its time.
      await fixture.queue.deliverDue()
      #expect(fixture.sent.count == 1)
      for attempt in 2...4 {
        fixture.time.advance(by: try #require(wait))
        wait = await fixture.queue.deliverDue()
        #expect(fixture.sent.count == attempt)
      }
      #expect(Set(fixture.sent.map(\.message)).count == 1)
      let left2 = try await fixture.rows()
      #expect(left2 == [])
    }
  }

  @Test func aLaneThatLookedMeanwhileDoesNotDelayTheNextTry() async throws {
    try await MailQueueFixture.with { fixture in
      fixture.answers = [.mailDeferred(code: 450, reply: "busy"), nil]
      // Other lanes find the only mail in use, and plan when to come again.
      fixture.whileSending = { for _ in 0..<3 { await fixture.queue.deliverDue() } }
      try await fixture.queue.send(Self.message())
      await fixture.queue.deliverDue()
      #expect(fixture.sent.count == 1)
      fixture.time.advance(by: .seconds(2))
      await fixture.queue.deliverDue()
      #expect(fixture.sent.count == 2)
    }
  }

  @Test func aRefusedMailIsKeptWithoutItsCode() async throws {
    try await MailQueueFixture.with { fixture in
      fixture.answers = [.mailRefused(code: 550, reply: "550 no 012345 here"), .mailRefused(code: 550, reply: "550 no")]
      try await fixture.queue.send(Self.message())
      fixture.time.advance(by: .microseconds(1))
      try await fixture.queue.send(Self.message("b@example.com", code: nil))
      await fixture.queue.deliverDue()
      #expect(fixture.sent.count == 2)
      let rows = try await fixture.rows().sorted { $0.recipient < $1.recipient }
      #expect(rows.map(\.state) == ["failed", "failed"] && rows.map(\.text) == ["您的验证码是 -", ""] && rows.map(\.code) == [nil, nil])
      #expect(rows[1].error == "the mail server said 550 (for good): 550 no ****** here")
      fixture.time.advance(by: .seconds(86_400))
      await fixture.queue.deliverDue()
      #expect(fixture.sent.count == 2)
    }
  }

  @Test func afterThreeDaysItIsGivenUp() async throws {
    try await MailQueueFixture.with { fixture in
      fixture.answers = Array(repeating: .unreachable("down"), count: 10_000)
      try await fixture.queue.send(Self.message())
      var tries = 0
      while try await fixture.rows().first?.state == "waiting", tries < 1000 {
        if let wait = await fixture.queue.deliverDue() { fixture.time.advance(by: wait) } else { fixture.time.advance(by: .seconds(1)) }
        tries += 1
      }
      let left3 = try await fixture.rows()
      #expect(left3.map(\.state) == ["failed"])
      // 2^0 … 2^9 seconds, then every ten minutes.
      #expect((400...560).contains(fixture.sent.count))
    }
  }

  @Test func whatACrashedProcessHeldComesBackWhenItsLeaseRunsOut() async throws {
    try await MailQueueFixture.with { fixture in
      try await fixture.queue.send(Self.message())
      let now = fixture.time.wallMicroseconds
      let lost = try await fixture.database.write { try MailStore.lease(now: now, until: now + 90_000_000, holder: "serve", $0) }
      #expect(lost?.fence == 1)
      let other = fixture.restarted()
      let wait = await other.deliverDue()
      #expect(wait == .microseconds(90_000_001) && fixture.sent.isEmpty)
      fixture.time.advance(by: .microseconds(90_000_001))
      await other.deliverDue()
      #expect(fixture.sent.count == 1)
    }
  }

  @Test func whatItsOwnKindHeldIsTakenBackAtTheStart() async throws {
    try await MailQueueFixture.with { fixture in
      for _ in 0..<2 { try await fixture.queue.send(Self.message()) }
      let now = fixture.time.wallMicroseconds
      for holder in ["serve", "worker"] {
        _ = try await fixture.database.write { try MailStore.lease(now: now, until: now + 90_000_000, holder: holder, $0) }
      }
      let other = fixture.restarted()
      try await other.reclaim()
      await other.deliverDue()
      #expect(fixture.sent.count == 1)
    }
  }

  @Test func aResultCountsOnlyFromTheHolderOfTheLastLease() async throws {
    try await MailQueueFixture.with { fixture in
      try await fixture.queue.send(Self.message())
      let now = fixture.time.wallMicroseconds
      let first = try #require(try await fixture.database.write { try MailStore.lease(now: now, until: now + 10, holder: "serve", $0) })
      let second = try #require(
        try await fixture.database.write { try MailStore.lease(now: now + 11, until: now + 100, holder: "serve", $0) })
      #expect(second.fence == 2)
      try await fixture.database.write { try MailStore.delivered(first, $0) }
      try await fixture.database.write { try MailStore.fail(first, now: now, error: "x", $0) }
      try await fixture.database.write { try MailStore.retry(first, dueAt: now, attempts: 9, error: "x", $0) }
      let left4 = try await fixture.rows()
      #expect(left4.map(\.state) == ["waiting"])
      try await fixture.database.write { try MailStore.delivered(second, $0) }
      let left5 = try await fixture.rows()
      #expect(left5 == [])
    }
  }

  @Test func manyLanesSendEachMailOnce() async throws {
    try await MailQueueFixture.with { fixture in
      for index in 0..<100 { try await fixture.queue.send(Self.message("u\(index)@example.com")) }
      await withTaskGroup(of: Void.self) { lanes in
        for _ in 0..<MailQueue.Options.lanes { lanes.addTask { await fixture.queue.deliverDue() } }
      }
      #expect(Set(fixture.sent.map(\.to)).count == 100 && fixture.sent.count == 100)
    }
  }

  @Test func aFullQueueRefuses() async throws {
    var options = MailQueue.Options()
    options.waitingMax = 3
    try await MailQueueFixture.with(options) { fixture in
      for _ in 0..<3 { try await fixture.queue.send(Self.message()) }
      await #expect(throws: DeliveryError.overloaded(retryAfter: .seconds(60))) { try await fixture.queue.send(Self.message()) }
      await fixture.queue.deliverDue()
      try await fixture.queue.send(Self.message())
    }
  }

  @Test(arguments: ["", "nobody", "用户@example.com", "a@b\r\nBcc: c@d"])
  func whatIsNoAddressIsRefusedAtOnce(to: String) async throws {
    try await MailQueueFixture.with { fixture in
      await #expect(throws: DeliveryError.failed("not an address that mail can be sent to")) {
        try await fixture.queue.send(Self.message(to))
      }
      let left6 = try await fixture.rows()
      #expect(left6 == [])
    }
  }

  @Test func aClosedClientHandsTheMailBackAsItWas() async throws {
    try await MailQueueFixture.with { fixture in
      fixture.answers = [.closed]
      try await fixture.queue.send(Self.message())
      await fixture.queue.deliverDue()
      let left7 = try await fixture.rows()
      #expect(left7.map(\.attempts) == [0])
      await fixture.queue.deliverDue()
      #expect(fixture.sent.count == 1)
      await fixture.restarted().deliverDue()
      #expect(fixture.sent.count == 2)
    }
  }

  @Test func noLogHasACode() async throws {
    let lines = LogLines()
    try await MailQueueFixture.with(logger: lines.logger) { fixture in
      fixture.answers = [.mailDeferred(code: 451, reply: "451 012345?"), .mailRefused(code: 554, reply: "554 012345!"), nil]
      try await fixture.queue.send(Self.message())
      try await fixture.queue.send(Self.message())
      try await fixture.queue.send(Self.message())
      await fixture.queue.deliverDue()
      #expect(lines.all.count == 3 && lines.all.allSatisfy { !$0.contains("012345") })
      #expect(lines.all.contains { $0.hasPrefix("error mail given up") } && lines.all.contains { $0.hasPrefix("info mail delivered") })
    }
  }
}
