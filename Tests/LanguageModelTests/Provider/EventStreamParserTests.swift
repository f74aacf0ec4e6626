import Platform
import Testing

@testable import LanguageModel

@Suite struct EventStreamParserTests {
  typealias Event = EventStreamParser.Event

  /// The events of a stream that comes in such pieces.
  static func events(_ pieces: [[UInt8]], bytesMax: Int = 1_000) throws -> [Event] {
    var parser = EventStreamParser(bytesMax: bytesMax)
    var events: [Event] = []
    for piece in pieces { events += try parser.feed(piece) }
    if let last = try parser.finish() { events.append(last) }
    return events
  }

  static func events(_ text: String) throws -> [Event] { try events([Array(text.utf8)]) }

  static func plain(_ data: String, type: String = "") -> Event { Event(type: type, data: Array(data.utf8)) }

  @Test(arguments: [
    ("data: a\n\n", ["a"]), ("data:a\r\n\r\ndata: b\r\rdata: c\n\n", ["a", "b", "c"]), (": comment\n\ndata: a\n: more\n\n", ["a"]),
    ("data: a\ndata\ndata: b\n\n", ["a\n\nb"]), ("data:  two spaces\n\n", [" two spaces"]),
    ("id: 1\nretry: 5\nother: x\ndata: a\n\n", ["a"]),
    ("\u{feff}data: a\n\n", ["a"]), ("data: a", ["a"]), ("data: a\n", ["a"]), ("", []), ("\n\n\n", []), ("dat: a\n\n", []),
    ("data\n\n", [""]),
    ("event: x\n\n", []),
  ])
  func eventsAreAsTheStandardSays(stream: String, data: [String]) throws {
    #expect(try Self.events(stream) == data.map { Self.plain($0) })
  }

  @Test func theTypeIsOfItsEventAlone() throws {
    #expect(try Self.events("event: error\ndata: a\n\ndata: b\n\n") == [Self.plain("a", type: "error"), Self.plain("b")])
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func itDoesNotMatterWhereAStreamIsCut(seed: UInt64) throws {
    let random = SeededRandom(seed: seed)
    let parts = ["data: 应急😀\n", "data: x\r\n", ": c\r", "\n", "\r\n", "\r", "event: e\n", "data\n", "\u{feff}", "data:\r\n"]
    let stream = (0..<40).map { _ in parts[Int(random.number(below: UInt64(parts.count)))] }.joined()
    let whole = try Self.events(stream)
    var pieces: [[UInt8]] = [[]]
    for byte in stream.utf8 {
      if random.number(below: 3) == 0 { pieces.append([]) }
      pieces[pieces.count - 1].append(byte)
    }
    #expect(try Self.events(pieces) == whole, "seed \(seed)")
  }

  @Test func linesAndEventsHaveAnEnd() {
    #expect(throws: EventStreamParser.TooLong.self) { try Self.events([Array(repeating: 120, count: 1_001)]) }
    #expect(throws: EventStreamParser.TooLong.self) {
      try Self.events([Array(String(repeating: "data: 0123456789\n", count: 200).utf8)])
    }
  }
}

@Suite struct RetryAfterTests {
  @Test(arguments: [
    ("0", 0), ("120", 120), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("-1", nil), ("1.5", nil),
    ("", nil),
    ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Abc 1994 08:49:37 GMT", nil), ("soon", nil), ("99999999999999999999", nil),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Mon, 07 Nov 1994 08:49:00 GMT", 86_400),
  ])
  func secondsOrADate(value: String, seconds: Int?) {
    // 1994-11-06T08:49:00Z
    #expect(RetryAfter.parse(value, now: 784_111_740_000_000) == seconds.map { .seconds($0) })
  }

  @Test func leapDaysCount() {
    // 2024-02-29T12:00:00Z and the day after.
    #expect(RetryAfter.parse("Fri, 01 Mar 2024 12:00:00 GMT", now: 1_709_208_000_000_000) == .seconds(86_400))
    #expect(RetryAfter.parse("Thu, 29 Feb 2024 12:00:01 GMT", now: 1_709_208_000_000_000) == .seconds(1))
  }
}
