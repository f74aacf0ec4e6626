import CustomerService
import Identity
import Logging
import Outbound
import Platform
import Storage
import Synchronization

/// Asks Cloudflare Turnstile whether a form was sent by a person (siteverify, "Validate the token").
///
/// Fails closed: without a clear yes within `timeout` nobody is a person. That a token is good for one look only is Turnstile's to
/// say; nothing is remembered here.
final class TurnstileCheck: PersonCheck {
  /// For a look in all, the second attempt included.
  static let timeout = Duration.seconds(5)
  /// For the first attempt, so that there is time for a second one.
  static let firstTimeout = Duration.seconds(3)
  /// Looks under way at once. Beyond it callers come again: calls to the provider of text messages wait in the same line.
  static let looksMax = 64
  private static let answerBytesMax = 64 * 1024

  /// What one attempt brought.
  private enum Attempt {
    case answered(OutboundResponse)
    /// Worth another attempt: nothing came, or the service itself failed.
    case failed(String)
    /// The answer is there and is no good.
    case refused(String)
  }

  private let settings: TurnstileSettings
  private let client: OutboundClient
  private let uuids: UUIDGenerator
  private let logger: Logger
  private let looks = Mutex(0)

  init(_ settings: TurnstileSettings, client: OutboundClient, random: any RandomSource, logger: Logger) {
    self.settings = settings
    self.client = client
    uuids = UUIDGenerator(random: random)
    self.logger = logger
  }

  func verdict(on token: String, from address: String) async -> PersonVerdict {
    let isAdmitted = looks.withLock { looks in
      guard looks < Self.looksMax else { return false }
      looks += 1
      return true
    }
    guard isAdmitted else { return .busy }
    defer { looks.withLock { $0 -= 1 } }
    switch await ask(form(token: token, address: address)) {
    case .answered(let response): return judge(response)
    case .failed(let reason), .refused(let reason):
      logger.error("Turnstile could not be asked, so nobody is a person", metadata: ["reason": "\(reason)"])
      return .notShown
    }
  }

  /// Asks, and once more where that may help: the idempotency key lets the service answer the same question twice.
  private func ask(_ form: [UInt8]) async -> Attempt {
    let start = MonotonicInstant.now()
    let first = await attempt(form, timeout: Self.firstTimeout)
    guard case .failed(let reason) = first else { return first }
    logger.notice("Turnstile is asked again", metadata: ["reason": "\(reason)"])
    return await attempt(form, timeout: Self.timeout - (MonotonicInstant.now() - start))
  }

  private func attempt(_ form: [UInt8], timeout: Duration) async -> Attempt {
    do throws(OutboundError) {
      let response = try await client.http(
        OutboundRequest(
          method: .post, url: settings.verifyURL.text, headers: [("Content-Type", "application/x-www-form-urlencoded")], body: form,
          timeout: timeout, bodyBytesMax: Self.answerBytesMax, addresses: .operatorConfigured))
      switch response.status {
      case 200: return .answered(response)
      case 500...: return .failed("status \(response.status)")
      default: return .refused("status \(response.status), \(Self.printable(response.body))")
      }
    } catch {
      switch error {
      case .unreachable, .interrupted, .timeout: return .failed("\(error)")
      default: return .refused("\(error)")
      }
    }
  }

  private func judge(_ response: OutboundResponse) -> PersonVerdict {
    let success = JSONObjectReader.read(response.body)?["success"]
    if success == .boolean(true) { return .person }
    let answer = Self.printable(response.body)
    // A token that is no good is the visitor's; anything else is ours to mend.
    if success != .boolean(false) || answer.contains("-input-secret") {
      logger.error("Turnstile gave no answer that counts: look at WEFT_TURNSTILE_SECRET", metadata: ["answer": "\(answer)"])
    } else {
      logger.info("Turnstile took the sender of a form for no person", metadata: ["answer": "\(answer)"])
    }
    return .notShown
  }

  private func form(token: String, address: String) -> [UInt8] {
    var fields = [("secret", settings.secret), ("response", token), ("idempotency_key", uuids.next())]
    if IPAddress(address) != nil { fields.append(("remoteip", address)) }
    return Array(fields.map { "\($0)=\(OutboundURL.percentEncoded($1))" }.joined(separator: "&").utf8)
  }

  /// The head of an answer, for the log.
  private static func printable(_ body: [UInt8]) -> String {
    String(decoding: body.prefix(300).map { $0 >= 0x20 && $0 < 0x7f ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
  }
}
