/// A text on its way to one person.
public struct OutgoingMessage: Sendable, Equatable {
  public enum Channel: String, Sendable {
    case email, sms
  }

  public var channel: Channel
  /// An e-mail address, or a number as the application keeps it.
  public var to: String
  /// What it is about, `register`, `sms` or `contact`; providers choose a template by it.
  public var purpose: String
  /// The one-time code in it, nil if there is none.
  public var code: String?
  /// What an e-mail's subject line says; nil for the purpose's own.
  public var subject: String?
  /// The whole text that a person reads.
  public var text: String

  public init(channel: Channel, to: String, purpose: String, code: String? = nil, subject: String? = nil, text: String) {
    self.channel = channel
    self.to = to
    self.purpose = purpose
    self.code = code
    self.subject = subject
    self.text = text
  }
}

/// Somebody who takes messages off our hands: a mail server, a text-message provider, the development outbox.
public protocol MessageSender: Sendable {
  /// Hands a message over.
  ///
  /// - Throws: `DeliveryError`; the message then has not been taken, unless it is `uncertain`.
  func send(_ message: OutgoingMessage) async throws(DeliveryError)
}

/// Why a message was not taken.
public enum DeliveryError: Error, Sendable, Equatable {
  /// Too many messages wait.
  case overloaded(retryAfter: Duration)
  /// The sender was closed.
  case closed
  /// The file or the provider refused; the text is for the log.
  case failed(String)
  /// Nobody knows whether the provider took it: no answer in time, a connection that broke. The text is for the log.
  case uncertain(String)
}
