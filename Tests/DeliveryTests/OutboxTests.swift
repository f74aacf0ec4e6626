import Foundation
import Logging
import Platform
import Testing

@testable import Delivery

@Suite struct OutboxTests {
  static let message = OutgoingMessage(
    channel: .email, to: "user@example.com", purpose: "register", code: "012345", text: "您的验证码是 012345")

  static func with(_ body: (Outbox, String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.path + "/weft-outbox-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    let outbox = Outbox(
      directory: directory, time: ManualTime(wallMicroseconds: 1_704_067_200_500_000),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    do {
      try await body(outbox, directory + "/outbox.jsonl")
    } catch {
      await outbox.close()
      throw error
    }
    await outbox.close()
    try FileManager.default.removeItem(atPath: directory)
  }

  @Test func aLineIsExactlyWhatIsPromised() async throws {
    try await Self.with { outbox, path in
      try await outbox.send(Self.message)
      #expect(
        try String(contentsOfFile: path, encoding: .utf8)
          == #"{"at":"2024-01-01T00:00:00Z","channel":"email","to":"user@example.com","purpose":"register","code":"012345","text":"您的验证码是 012345"}"#
          + "\n")
    }
  }

  @Test func whereThereIsNoCodeThereIsNoKey() async throws {
    try await Self.with { outbox, path in
      try await outbox.send(OutgoingMessage(channel: .sms, to: "+86", purpose: "contact", text: "x"))
      #expect(
        try String(contentsOfFile: path, encoding: .utf8)
          == #"{"at":"2024-01-01T00:00:00Z","channel":"sms","to":"+86","purpose":"contact","text":"x"}"# + "\n")
    }
  }

  @Test func theFileIsForItsOwnerAlone() async throws {
    try await Self.with { outbox, path in
      try await outbox.send(Self.message)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func everyTextStaysOneLineOfJSON() async throws {
    let text = "a\"b\\c\nd\r\te\u{0}f\u{1b}[31m\u{7f} 工单 👩‍👧 \u{2028}"
    try await Self.with { outbox, path in
      try await outbox.send(OutgoingMessage(channel: .email, to: text, purpose: text, code: text, text: text))
      try await outbox.send(Self.message)
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 2)
      let first = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String]
      #expect(first?["text"] == text && first?["to"] == text && first?["code"] == text)
    }
  }

  @Test func messagesOfManyCallersDoNotMix() async throws {
    try await Self.with { outbox, path in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for index in 0..<200 {
          tasks.addTask {
            try await outbox.send(OutgoingMessage(channel: .email, to: "\(index)", purpose: "p", text: String(repeating: "x", count: 500)))
          }
        }
        try await tasks.waitForAll()
      }
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let addresses = try Set(lines.map { try (JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])?["to"] })
      #expect(lines.count == 200 && addresses.count == 200)
    }
  }

  @Test func aFileThatWasRemovedIsMadeAnew() async throws {
    try await Self.with { outbox, path in
      try await outbox.send(Self.message)
      try FileManager.default.removeItem(atPath: path)
      try await outbox.send(Self.message)
      #expect(FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func aDirectoryThatIsNotThereIsAnError() async throws {
    let outbox = Outbox(
      directory: "/nonexistent", time: ManualTime(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await #expect(throws: DeliveryError.failed("cannot open /nonexistent/outbox.jsonl: No such file or directory")) {
      try await outbox.send(Self.message)
    }
    await outbox.close()
    await #expect(throws: DeliveryError.closed) { try await outbox.send(Self.message) }
  }
}
