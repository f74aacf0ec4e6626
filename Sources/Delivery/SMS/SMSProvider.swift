public import Logging
public import Outbound
public import Platform

/// Who sends text messages, as `WEFT_SMS_URL` says it.
public enum SMSProvider: Sendable, Equatable {
  case webhook(WebhookSMS.Endpoint)
  case aliyun(AliyunSMS.Account)

  /// What the setting takes, for messages about it.
  public static let urlForm = "http(s)://host/path or aliyun://ACCESS_KEY:SECRET@host/?sign=…&template=…"

  /// - Returns: Nil if the URL is none of the two.
  public init?(url text: String) {
    guard let url = OutboundURL(text) else { return nil }
    if let endpoint = WebhookSMS.Endpoint(url) {
      self = .webhook(endpoint)
    } else if let account = AliyunSMS.Account(url) {
      self = .aliyun(account)
    } else {
      return nil
    }
  }

  /// Whether codes would cross a network in plain text.
  public var isPlainText: Bool {
    switch self {
    case .webhook(let endpoint): endpoint.isPlainText
    case .aliyun: false
    }
  }

  public func sender(client: OutboundClient, time: any TimeSource, random: any RandomSource, logger: Logger) -> any MessageSender {
    switch self {
    case .webhook(let endpoint): WebhookSMS(endpoint, client: client)
    case .aliyun(let account): AliyunSMS(account, client: client, time: time, random: random, logger: logger)
    }
  }
}

extension DeliveryError {
  /// What a failed call to a provider means; the error's text names hosts at most.
  init(_ error: OutboundError) {
    switch error {
    case .overloaded: self = .overloaded(retryAfter: .seconds(5))
    case .closed: self = .closed
    case .timeout, .interrupted, .cancelled: self = .uncertain("\(error)")
    default: self = .failed("\(error)")
    }
  }
}
