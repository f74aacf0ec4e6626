import Identity
import Logging
import Platform

/// How many text messages strangers can have us pay for. The 60 seconds between two to one number are the database's and hold always.
struct TextMessageLimits: Sendable {
  private let number: RateLimiter?
  private let address: RateLimiter?
  private let all: RateLimiter?

  /// - Parameter isOn: `WEFT_RATE_LIMITS`.
  init(isOn: Bool, time: any TimeSource) {
    func limiter(_ burst: Int) -> RateLimiter? {
      isOn ? RateLimiter(RateLimit(burst: burst, refill: .seconds(3600)), time: time) : nil
    }
    number = limiter(10)
    address = limiter(30)
    all = limiter(1000)
  }

  /// Whether one more may be sent; it does not count yet, because the number may have to wait.
  ///
  /// - Throws: `textMessageTooSoon`.
  func check(_ number: String, from peer: String, _ logger: Logger) throws(CustomerServiceError) {
    if let wait = self.number?.wait(for: number) ?? address?.wait(for: AddressKey.of(peer)) {
      throw .textMessageTooSoon(retryAfter: wait)
    }
    if let wait = all?.wait(for: "") {
      logger.warning("text messages refused: the ceiling for all numbers together is reached")
      throw .textMessageTooSoon(retryAfter: wait)
    }
  }

  /// Counts one that is about to be sent.
  func count(_ number: String, from peer: String) {
    _ = self.number?.take(number)
    _ = address?.take(AddressKey.of(peer))
    _ = all?.take("")
  }
}
