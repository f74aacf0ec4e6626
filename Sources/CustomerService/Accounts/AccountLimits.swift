import Identity
import Platform

/// How often one account may be tried, whoever tries (ASVS 6.3.1). Limits for each caller's address stand before these.
struct AccountLimits: Sendable {
  private let logins: RateLimiter?
  private let codes: RateLimiter?

  /// - Parameter isOn: `WEFT_RATE_LIMITS`.
  init(isOn: Bool, time: any TimeSource) {
    logins = isOn ? RateLimiter(RateLimit(burst: 20, refill: .seconds(600)), time: time) : nil
    codes = isOn ? RateLimiter(RateLimit(burst: 10, refill: .seconds(3600)), time: time) : nil
  }

  /// One try of a password. The right one gives all tries back.
  func admitLogin(to email: String) throws(CustomerServiceError) { try admit(logins, email) }

  func loginSucceeded(to email: String) { logins?.reset(email) }

  /// One code to an address.
  func admitCode(to email: String) throws(CustomerServiceError) { try admit(codes, email) }

  private func admit(_ limiter: RateLimiter?, _ key: String) throws(CustomerServiceError) {
    if let wait = limiter?.take(key) { throw .tooManyRequests(retryAfter: wait) }
  }
}
