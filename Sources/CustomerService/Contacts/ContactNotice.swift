import Delivery
import Identity
import Logging
import Platform

/// The mail by which administrators learn of a message of the contact form.
struct ContactNotice: Sendable {
  /// How many administrators are told of each message, the ones who have been there for longest.
  static let recipientsMax: Int64 = 20

  private let mail: any MessageSender
  /// Over all callers: mail that strangers can cause must not fill the queue that sign-in codes go through.
  private let rate: RateLimiter?
  private let logger = Logger(label: "weft")

  /// - Parameter limitsRates: `WEFT_RATE_LIMITS`.
  init(mail: any MessageSender, limitsRates: Bool, time: any TimeSource) {
    self.mail = mail
    rate = limitsRates ? RateLimiter(RateLimit(burst: 60, refill: .seconds(3600)), time: time) : nil
  }

  /// Writes to each of the addresses. The message is stored by now and in the administrators' list: a mail that cannot be sent is
  /// told to the log, not to whoever filled in the form.
  func send(_ contact: Contact, to addresses: [String]) async {
    guard rate?.take("") == nil else {
      logger.warning("too many messages of the contact form: no mail tells of this one", metadata: ["contact": "\(contact.id)"])
      return
    }
    let text = Self.text(contact)
    for address in addresses {
      do {
        try await mail.send(OutgoingMessage(channel: .email, to: address, purpose: "contact", subject: "新的联系表单", text: text))
      } catch {
        logger.error(
          "an administrator could not be told of a message of the contact form",
          metadata: ["contact": "\(contact.id)", "error": "\(error)"])
      }
    }
  }

  /// What strangers wrote stands in the body only, never in a header; of theirs, only the message itself has several lines, so that
  /// a name cannot look like another field.
  static func text(_ contact: Contact) -> String {
    """
    收到一条新的联系表单。

    称呼：\(oneLine(contact.name))
    邮箱：\(oneLine(contact.email))
    编号：\(contact.id)

    \(contact.message)
    """
  }

  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          // U+2028 and U+2029 break lines, U+202E and its like turn them around.
          case .control, .format, .lineSeparator, .paragraphSeparator: " "
          default: scalar
          }
        }))
  }
}
