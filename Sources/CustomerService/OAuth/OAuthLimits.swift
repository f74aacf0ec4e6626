import Identity
import Platform

/// How often credentials, codes and tokens may be wrong (RFC 9700, section 4.13; ASVS 6.3.1).
///
/// Only refusals count, because a client that is a server calls often and rightly: of credentials, and of the codes and tokens of public clients. Secrets are 256 random bits, so this is there to
/// notice and to slow down, not to make guessing hopeless.
struct OAuthLimits: Sendable {
  /// For one client from one address.
  private let ofClient: RateLimiter?
  /// For all clients from one address.
  private let ofAddress: RateLimiter?

  /// - Parameter isOn: `WEFT_RATE_LIMITS`.
  init(isOn: Bool, time: any TimeSource) {
    ofClient = isOn ? RateLimiter(RateLimit(burst: 20, refill: .seconds(600)), time: time) : nil
    ofAddress = isOn ? RateLimiter(RateLimit(burst: 100, refill: .seconds(600)), time: time) : nil
  }

  /// Whether this address may try once more.
  func admit(_ client: String, from address: String) throws(CustomerServiceError) {
    let address = AddressKey.of(address)
    if let wait = ofClient?.wait(for: key(client, address)) ?? ofAddress?.wait(for: address) { throw .tooManyRequests(retryAfter: wait) }
  }

  /// Something was wrong.
  func failed(_ client: String, from address: String) {
    let address = AddressKey.of(address)
    _ = ofClient?.take(key(client, address))
    _ = ofAddress?.take(address)
  }

  private func key(_ client: String, _ address: String) -> String { "\(address) \(client)" }
}
