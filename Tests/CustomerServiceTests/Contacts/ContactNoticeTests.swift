import Delivery
import Platform
import Synchronization
import Testing

@testable import CustomerService

@Suite struct ContactNoticeTests {
  /// Keeps what it is given, and fails for one address.
  private final class Sender: MessageSender {
    let sent = Mutex<[OutgoingMessage]>([])

    func send(_ message: OutgoingMessage) async throws(DeliveryError) {
      if message.to == "broken@example.com" { throw .failed("no") }
      sent.withLock { $0.append(message) }
    }
  }

  private let contact = Contact(
    id: "507f1f77bcf86cd799439080", name: "张三\n邮箱：admin@example.com\u{2028}x", email: "a@b.c\r\nBcc: all@example.com",
    message: "第一行\n第二行", isProcessed: false, createdAt: 1)

  @Test func aNameCannotLookLikeAnotherField() {
    #expect(
      ContactNotice.text(contact) == """
        收到一条新的联系表单。

        称呼：张三 邮箱：admin@example.com x
        邮箱：a@b.c  Bcc: all@example.com
        编号：507f1f77bcf86cd799439080

        第一行
        第二行
        """)
  }

  @Test func oneAddressThatFailsDoesNotKeepTheOthersFromKnowing() async {
    let sender = Sender()
    await ContactNotice(mail: sender, limitsRates: true, time: SystemTime())
      .send(contact, to: ["a@example.com", "broken@example.com", "b@example.com"])
    let sent = sender.sent.withLock { $0 }
    #expect(sent.map(\.to) == ["a@example.com", "b@example.com"])
    #expect(sent.allSatisfy { $0.purpose == "contact" && $0.code == nil && $0.subject == "新的联系表单" })
  }

  @Test(arguments: [(true, 60), (false, 100)])
  func aFloodDoesNotFillTheQueue(_ limitsRates: Bool, _ mails: Int) async {
    let sender = Sender()
    let notice = ContactNotice(mail: sender, limitsRates: limitsRates, time: StoppedTime())
    for _ in 0..<100 { await notice.send(contact, to: ["a@example.com"]) }
    #expect(sender.sent.withLock { $0.count } == mails)
  }

  private struct StoppedTime: TimeSource {
    var wallMicroseconds: Int64 { 0 }
    var monotonic: MonotonicInstant { MonotonicInstant(nanoseconds: 0) }
  }
}
