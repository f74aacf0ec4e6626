internal import Identity
public import Outbound
internal import Platform

/// Text messages by a web hook: `POST` of `{"to", "purpose", "code", "text"}` (`code` is absent where there is none), taken when
/// the answer is 2xx. Sent once: a message that came twice would be worse than an error that the user sees.
public struct WebhookSMS: MessageSender {
  /// Where it is, and what it wants to see.
  public struct Endpoint: Sendable, Equatable {
    /// Without credentials.
    public let url: String
    /// `Basic …` for `user:password@`, `Bearer …` for `token@` or `:token@`; nil for none.
    public let authorization: String?
    let isPlainText: Bool

    init?(_ url: OutboundURL) {
      guard url.scheme == "http" || url.scheme == "https" else { return nil }
      self.url = url.text
      isPlainText = url.scheme == "http" && !url.isLoopback
      switch (url.user ?? "", url.password ?? "") {
      case ("", ""): authorization = nil
      case ("", let token), (let token, ""):
        // RFC 6750, section 2.1; a token of other characters could not be a header's.
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        authorization = "Bearer \(token)"
      case (let user, let password): authorization = "Basic \(Base64.encodePadded(Array("\(user):\(password)".utf8)))"
      }
    }
  }

  /// How long the other side may take.
  static let timeout = Duration.seconds(10)

  private let endpoint: Endpoint
  private let client: OutboundClient

  public init(_ endpoint: Endpoint, client: OutboundClient) {
    self.endpoint = endpoint
    self.client = client
  }

  public func send(_ message: OutgoingMessage) async throws(DeliveryError) {
    var headers = [(name: "Content-Type", value: "application/json")]
    if let authorization = endpoint.authorization { headers.append(("Authorization", authorization)) }
    let status: Int
    do throws(OutboundError) {
      status = try await client.http(
        OutboundRequest(
          method: .post, url: endpoint.url, headers: headers, body: Self.body(message), timeout: Self.timeout, bodyBytesMax: 64 * 1024,
          addresses: .operatorConfigured)
      ).status
    } catch {
      throw DeliveryError(error)
    }
    guard (200...299).contains(status) else { throw .failed("the web hook answered \(status)") }
  }

  private static func body(_ message: OutgoingMessage) -> [UInt8] {
    var body = Array(#"{"to":"#.utf8)
    JSONString.append(message.to, to: &body)
    body += #","purpose":"#.utf8
    JSONString.append(message.purpose, to: &body)
    if let code = message.code {
      body += #","code":"#.utf8
      JSONString.append(code, to: &body)
    }
    body += #","text":"#.utf8
    JSONString.append(message.text, to: &body)
    body += "}".utf8
    return body
  }
}
