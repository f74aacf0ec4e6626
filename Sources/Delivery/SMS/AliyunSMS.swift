internal import Identity
public import Logging
public import Outbound
public import Platform

/// Text messages by Alibaba Cloud's SendSms (API version 2017-05-25). A template there writes the text; it is given the code
/// as `${code}`. Sent once.
public struct AliyunSMS: MessageSender {
  /// Whose account it is, and what the messages look like there.
  public struct Account: Sendable, Equatable {
    /// `https://HOST/`; plain text only to this machine.
    public let url: String
    let accessKey: String
    let secret: String
    let sign: String
    let template: String
    let region: String

    init?(_ url: OutboundURL) {
      guard url.scheme == "aliyun", url.path == "/", let key = url.user, !key.isEmpty, let secret = url.password, !secret.isEmpty,
        let items = url.queryItems
      else { return nil }
      let values = Dictionary(items.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      guard values.count == items.count, values.keys.allSatisfy({ ["sign", "template", "region"].contains($0) }),
        let sign = values["sign"], !sign.isEmpty, let template = values["template"], !template.isEmpty
      else { return nil }
      self.url = "\(url.isLoopback ? "http" : "https")://\(url.authority)/"
      accessKey = key
      self.secret = secret
      self.sign = sign
      self.template = template
      region = values["region"] ?? "cn-hangzhou"
    }
  }

  private let account: Account
  private let client: OutboundClient
  private let time: any TimeSource
  private let random: any RandomSource
  private let logger: Logger

  public init(_ account: Account, client: OutboundClient, time: any TimeSource, random: any RandomSource, logger: Logger) {
    self.account = account
    self.client = client
    self.time = time
    self.random = random
    self.logger = logger
  }

  public func send(_ message: OutgoingMessage) async throws(DeliveryError) {
    guard let code = message.code else { throw .failed("there is no template for a text without a code") }
    let answer: OutboundResponse
    do throws(OutboundError) {
      // In the body, so that number and code stand in no access log of a proxy.
      answer = try await client.http(
        OutboundRequest(
          method: .post, url: account.url, headers: [("Content-Type", "application/x-www-form-urlencoded")],
          body: Array(form(to: message.to, code: code).utf8), timeout: WebhookSMS.timeout, bodyBytesMax: 64 * 1024,
          addresses: .operatorConfigured))
    } catch {
      throw DeliveryError(error)
    }
    guard let members = JSONObjectReader.read(answer.body), case .string(let result)? = members["Code"] else {
      throw .failed("Aliyun answered \(answer.status) and no result")
    }
    guard result == "OK" else {
      // `Message` may repeat the number or the template's parameters; these two are what Alibaba's support asks for.
      let request = if case .string(let id)? = members["RequestId"] { Self.printable(id) } else { "" }
      logger.error("Aliyun took no text message", metadata: ["code": "\(Self.printable(result))", "request_id": "\(request)"])
      throw .failed("Aliyun answered \(Self.printable(result)), request \(request)")
    }
  }

  /// The form that is posted, signed.
  func form(to number: String, code: String) -> String {
    var template = Array(#"{"code":"#.utf8)
    JSONString.append(code, to: &template)
    template.append(UInt8(ascii: "}"))
    var parameters = [
      "AccessKeyId": account.accessKey, "Action": "SendSms", "Format": "JSON", "PhoneNumbers": Self.number(number),
      "RegionId": account.region, "SignName": account.sign, "SignatureMethod": "HMAC-SHA1", "SignatureNonce": nonce(),
      "SignatureVersion": "1.0", "TemplateCode": account.template, "TemplateParam": String(decoding: template, as: UTF8.self),
      "Timestamp": Timestamp.rfc3339(wallMicroseconds: time.wallMicroseconds), "Version": "2017-05-25",
    ]
    parameters["Signature"] = AliyunSignature.signature(method: "POST", parameters, secret: account.secret)
    return AliyunSignature.canonicalQuery(parameters)
  }

  /// Alibaba takes numbers in China without their country code, and all others with it but without a plus.
  private static func number(_ number: String) -> String {
    number.hasPrefix("+86") ? String(number.dropFirst(3)) : number.hasPrefix("+") ? String(number.dropFirst()) : number
  }

  private func nonce() -> String {
    random.bytes(16).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7f }.prefix(80)))
  }
}
