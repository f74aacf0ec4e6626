import Foundation
import Logging
import Platform
import Synchronization
import Testing

@testable import Log

@Suite struct LogHandlerTests {
  final class MemorySink: LogSink {
    let lines = Mutex<[String]>([])
    func write(_ line: [UInt8]) { lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
  }

  let sink = MemorySink()

  func logger(_ format: LogFormat, level: Logger.Level = .info) -> Logger {
    let time = ManualTime(wallMicroseconds: 1_704_067_200_123_456)
    return Logger(label: "weft") { label in
      switch format {
      case .text: TextLogHandler(label: label, level: level, sink: sink, time: time)
      case .json: JSONLogHandler(label: label, level: level, sink: sink, time: time)
      }
    }
  }

  var lines: [String] { sink.lines.withLock { $0 } }

  @Test func textIsOneLineWithSortedMetadata() {
    logger(.text).info("listening", metadata: ["port": "8000", "address": "any host", "empty": ""])
    #expect(lines == ["2024-01-01T00:00:00.123Z info weft: listening address=\"any host\" empty=\"\" port=8000\n"])
  }

  @Test func jsonIsOneObjectALine() throws {
    logger(.json).warning("a \"b\"", metadata: ["list": ["x", "y"], "map": ["k": "v"]])
    #expect(
      lines == [
        #"{"at":"2024-01-01T00:00:00.123Z","level":"warning","logger":"weft","message":"a \"b\"","metadata":{"list":["x","y"],"map":{"k":"v"}}}"#
          + "\n"
      ])
  }

  @Test(arguments: LogFormat.allCases)
  func nothingThatAClientSendsCanBeginALine(format: LogFormat) {
    let text = "a\n2024 info weft: forged\r\u{1b}[2J\u{9b}31m\u{85}\u{2028}\u{2029}\u{7f}\u{0}"
    logger(format).info("\(text)", metadata: ["k\ney": "\(text)"])
    #expect(lines.count == 1)
    let controls = lines[0].dropLast().unicodeScalars.filter {
      $0.value < 0x20 || (0x7f...0x9f).contains($0.value) || $0.value == 0x2028 || $0.value == 0x2029
    }
    #expect(controls.count == 0)
  }

  @Test func theTextHandlerEscapesC1ControlsToo() {
    logger(.text).info("\u{9b}31m ä é 工")
    #expect(lines[0].hasSuffix("weft: \\x9b31m ä é 工\n"))
  }

  @Test func levelsBelowTheSettingAreNotWritten() {
    let logger = logger(.text, level: .warning)
    logger.info("no")
    logger.error("yes")
    #expect(lines.count == 1)
  }

  @Test(arguments: LogFormat.allCases)
  func aHugeMessageIsCut(format: LogFormat) throws {
    logger(format).info("\(String(repeating: "工", count: 100_000))")
    #expect(lines[0].utf8.count < 20_000)
    #expect(lines[0].contains("…"))
    if format == .json { _ = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) }
  }

  @Test func theCallsMetadataOverridesTheLoggers() {
    var logger = logger(.text)
    logger[metadataKey: "request"] = "outer"
    logger.info("x", metadata: ["request": "inner"])
    #expect(lines[0].hasSuffix("x request=inner\n"))
  }
}
