import Delivery
import Identity
import Platform
import RPC
import Storage

/// Codes by text message: one purpose, whatever is done with them, bound to the number.
struct TextMessageCodes: Sendable {
  let database: Database
  let time: any TimeSource
  let codes: OneTimeCodes
  let sms: any MessageSender
  let limits: TextMessageLimits

  /// Sends a code, which ends an older one.
  ///
  /// A message that could not be sent does not count: the number need not wait, and the older code goes on. One of which nobody
  /// knows does.
  ///
  /// - Parameter number: 11 digits, checked by the rules of the proto.
  /// - Throws: `textMessageTooSoon`, `textMessageNotSent`.
  func send(to number: String, _ call: ServerCall) async throws {
    try limits.check(number, from: call.peer, call.logger)
    let binding = Self.binding(number)
    let (digits, stored) = codes.make(for: binding)
    let now = time.wallMicroseconds
    // The turn is taken before the message leaves: of two requests at one time one sends, and a crash between the two costs a
    // wait, not a second message.
    let older = try await database.write(for: call) { transaction in
      if let wait = try TextMessageStore.reserve(number, now: now, transaction) {
        throw CustomerServiceError.textMessageTooSoon(retryAfter: .microseconds(wait))
      }
      let older = try CodeStore.code(binding, transaction)
      try CodeStore.replace(stored, for: binding, now: now, transaction)
      return older
    }
    limits.count(number, from: call.peer)
    do {
      try await sms.send(
        OutgoingMessage(
          channel: .sms, to: number, purpose: "sms", code: digits, text: "您的验证码是 \(digits)，10分钟内有效，请勿告诉他人。如非本人操作，请忽略本短信。"))
    } catch {
      call.logger.error("the text message could not be sent", metadata: ["error": "\(error)"])
      // What may have been sent counts, or whoever hangs up in time could have us send as often as they like.
      if case .uncertain = error { throw CustomerServiceError.textMessageNotSent }
      try await database.write { transaction in
        try TextMessageStore.release(number, reservedAt: now, transaction)
        try CodeStore.restore(older, inPlaceOf: stored, for: binding, transaction)
      }
      throw CustomerServiceError.textMessageNotSent
    }
  }

  /// Whether `digits` are the code that was sent to `number`. A wrong try is counted, so the transaction must commit either way.
  ///
  /// - Parameter consuming: Use the code up if it is right.
  func check(_ digits: String, of number: String, consuming: Bool, _ transaction: Transaction) throws -> Bool {
    try CodeStore.check(digits, for: Self.binding(number), by: codes, consuming: consuming, transaction)
  }

  private static func binding(_ number: String) -> CodeBinding {
    CodeBinding(channel: "sms", address: number, purpose: "sms")
  }
}
