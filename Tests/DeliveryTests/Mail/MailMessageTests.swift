import Foundation
import TestSupport
import Testing

@testable import Delivery

@Suite struct MailMessageTests {
  static func message(
    from: String = "\"客服, 中心\" <no-reply@example.com>", to: String = "user@example.com", subject: String = "注册验证码",
    text: String = "您的验证码是 012345。",
    code: String? = "012345"
  ) throws -> MailMessage {
    MailMessage(
      from: try #require(MailAddress(setting: from)), to: try #require(MailAddress(to)), subject: subject, text: text, code: code,
      id: "65920080aabbccddeeff0011", wallMicroseconds: 1_704_067_200_500_000)
  }

  /// What Python's parser reads in a message.
  static func parsed(_ message: MailMessage) async throws -> [String: Any] {
    let script = """
      import sys, json, email, email.policy
      raw = sys.stdin.buffer.read()
      m = email.message_from_bytes(raw, policy=email.policy.default)
      # Text in base64 has the line ends of RFC 2046, section 4.1.1, and Python leaves them as they are.
      parts = {p.get_content_type(): p.get_content().replace("\\r\\n", "\\n") for p in m.walk() if not p.is_multipart()}
      print(json.dumps({"keys": m.keys(), "subject": m["subject"], "from": m["from"].addresses[0].addr_spec, "name": m["from"].addresses[0].display_name,
        "to": m["to"].addresses[0].addr_spec, "date": m["date"].datetime.isoformat(), "id": m["message-id"], "parts": parts,
        "order": [p.get_content_type() for p in m.walk()], "defects": [str(d) for p in m.walk() for d in p.defects]
          + [str(d) for v in m.values() for d in v.defects]}))
      """
    let bytes = Data(try await TestPython.run(script, input: message.bytes))
    return try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }

  /// Lines are CRLF, ASCII, and short (RFC 5322, section 2.1.1).
  static func expectWireForm(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { (0x20..<0x7f).contains($0) } } && lines.last == "")
  }

  @Test(.enabled(if: TestPython.isAvailable, "WEFT_PYTHON names a Python"))
  func pythonReadsWhatWasMeant() async throws {
    let message = try Self.message()
    Self.expectWireForm(message.bytes)
    let read = try await Self.parsed(message)
    #expect(
      read["subject"] as? String == "注册验证码" && read["from"] as? String == "no-reply@example.com" && read["name"] as? String == "客服, 中心")
    #expect(read["to"] as? String == "user@example.com" && read["date"] as? String == "2024-01-01T00:00:00+00:00")
    #expect(read["id"] as? String == "<65920080aabbccddeeff0011@example.com>")
    #expect(
      read["order"] as? [String] == ["multipart/alternative", "text/plain", "text/html"] && (read["defects"] as? [String])?.isEmpty == true)
    let parts = try #require(read["parts"] as? [String: String])
    #expect(parts["text/plain"] == "您的验证码是 012345。\n")
    #expect(parts["text/html"]?.contains("lang=\"zh-CN\"") == true && parts["text/html"]?.contains(">012345</strong>。</p>") == true)
  }

  @Test(
    .enabled(if: TestPython.isAvailable, "WEFT_PYTHON names a Python"),
    arguments: [
      "plain words", "=?UTF-8?B?eA==?=", "a: b", String(repeating: "x", count: 500), String(repeating: "长", count: 300), "👩‍👧 family 工单",
      " lead",
      String(repeating: "a ", count: 60) + "b", "x", "", "\"quoted\" <a@b>",
    ])
  func everySubjectComesBack(subject: String) async throws {
    let message = try Self.message(from: "a@b", subject: subject)
    Self.expectWireForm(message.bytes)
    // Python drops the white space at the front of a field.
    #expect(try await Self.parsed(message)["subject"] as? String == String(subject.drop { $0 == " " }))
  }

  @Test(
    .enabled(if: TestPython.isAvailable, "WEFT_PYTHON names a Python"),
    arguments: ["x\r\nBcc: evil@example.com", "x\nBcc: y", "x\rBcc: y", "x\r\n\r\n<script>", "\u{0}", "x\u{85}y\u{2028}z", "长\r\nBcc: y"])
  func noSubjectAddsAField(subject: String) async throws {
    let message = try Self.message(subject: subject)
    Self.expectWireForm(message.bytes)
    let read = try await Self.parsed(message)
    #expect(
      (read["keys"] as? [String])?.map { $0.lowercased() } == [
        "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
      ])
    #expect((read["subject"] as? String)?.contains { $0.isNewline } == false)
  }

  @Test(
    .enabled(if: TestPython.isAvailable, "WEFT_PYTHON names a Python"),
    arguments: [
      "a\nb\r\nc\rd", ".\r\n..\r\n.dot", "--=_65920080aabbccddeeff0011--", "<b>&\"x\"", "", "\n\n", String(repeating: "很长的一行", count: 2000),
      "a\n\nb",
    ])
  func everyTextComesBackWithItsLines(text: String) async throws {
    let message = try Self.message(text: text, code: nil)
    Self.expectWireForm(message.bytes)
    let parts = try await #require(Self.parsed(message)["parts"] as? [String: String])
    var expected = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
    if !expected.hasSuffix("\n") { expected += "\n" }
    #expect(parts["text/plain"] == expected)
  }

  @Test func theHTMLIsText() {
    let page = MailHTML.page(subject: "<s>", text: "<script>alert(1)</script> & 1<2\n\"q\"\n\n第二段 <1>", code: "<1>")
    #expect(!page.contains("<script") && !page.contains("<s>") && page.contains("&lt;script&gt;") && page.contains("1&lt;2<br>"))
    #expect(page.components(separatedBy: "<p ").count == 3 && page.contains("&lt;1&gt;</strong>"))
  }
}
