import Identity
import Logging
import Platform

/// How often one account may be tried (ASVS 6.3.1). Limits for each caller's address over all accounts stand before these.
struct AccountLimits: Sendable {
  /// Tries of one account from one address.
  private let tries: RateLimiter?
  /// Tries of one account from everywhere: looser, or a stranger could keep the owner out with a handful of addresses.
  private let allTries: RateLimiter?
  private let codes: RateLimiter?
  private let logger: Logger

  /// - Parameter isOn: `WEFT_RATE_LIMITS`.
  init(isOn: Bool, time: any TimeSource, logger: Logger = Logger(label: "weft")) {
    self.logger = logger
    tries = isOn ? RateLimiter(RateLimit(burst: 20, refill: .seconds(600)), time: time) : nil
    allTries = isOn ? RateLimiter(RateLimit(burst: 200, refill: .seconds(600)), time: time) : nil
    codes = isOn ? RateLimiter(RateLimit(burst: 10, refill: .seconds(3600)), time: time) : nil
  }

  /// One try of a password, at login or to change it.
  func admitTry(of email: String, from address: String) throws(CustomerServiceError) {
    do {
      try admit(tries, key(email, address))
      try admit(allTries, email)
    } catch {
      // The audit trail tells what was done; what strangers tried in vain would fill it without end. How often they come here at all
      // is limited for each address, and so is this line.
      logger.notice("too many tries of one account", metadata: ["peer": "\(address)"])
      throw error
    }
  }

  /// The right password gives all tries back.
  func trySucceeded(of email: String, from address: String) {
    tries?.reset(key(email, address))
    allTries?.reset(email)
  }

  /// One code to an address.
  func admitCode(to email: String) throws(CustomerServiceError) { try admit(codes, email) }

  private func key(_ email: String, _ address: String) -> String { "\(AddressKey.of(address)) \(email)" }

  private func admit(_ limiter: RateLimiter?, _ key: String) throws(CustomerServiceError) {
    if let wait = limiter?.take(key) { throw .tooManyRequests(retryAfter: wait) }
  }
}
