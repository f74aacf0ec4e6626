import HTTP
import Net

/// Whose word about the client's address counts: proxies named in the settings, nobody else's (ASVS 4.1.3).
struct ClientAddress: Sendable {
  /// More proxies in a row than this have lost their way.
  private static let hopsMax = 32

  /// The settings' proxies, as text without port.
  private let trusted: Set<String>

  /// - Parameter trustedProxies: Numeric addresses, as `WEFT_TRUSTED_PROXIES` lists them; see `isAddress`.
  init(trustedProxies: [String]) {
    trusted = Set(trustedProxies.compactMap { Self.numeric($0[...]) })
  }

  /// Whether a setting's text is a numeric address that can match one.
  static func isAddress(_ text: String) -> Bool { numeric(text[...]) != nil }

  /// The address of the client of a request, without port.
  func resolve(_ request: RequestHead) -> String {
    // Several lines are one list (RFC 9110, section 5.3): a proxy may add a line of its own below its client's.
    resolve(peer: request.peer, forwardedFor: trusted.isEmpty ? nil : request.headers.values("x-forwarded-for").joined(separator: ","))
  }

  /// The address of the client itself, without port.
  ///
  /// `X-Forwarded-For` is read from the right: each trusted proxy vouches for the entry that it added, and the first entry that no trusted proxy
  /// sent is the client. What stands left of it the client may have made up.
  func resolve(peer: SocketAddress, forwardedFor: String?) -> String {
    var address = peer.unmapped.host
    guard !trusted.isEmpty, let forwardedFor else { return address }
    // Its length is bounded by the header limit; only the right end is looked at.
    var hops = forwardedFor.split(separator: ",").suffix(Self.hopsMax).map { $0.trimmingSpaces() }
    while trusted.contains(address), let hop = hops.popLast() {
      guard let next = Self.numeric(hop) else { return address }
      address = next
    }
    return address
  }

  /// An entry without port and brackets, in the one form that comparisons use; nil if it is no numeric address.
  private static func numeric(_ hop: Substring) -> String? {
    var host = hop
    if hop.hasPrefix("["), hop.hasSuffix("]") { host = hop.dropFirst().dropLast() }
    let address = (try? SocketAddress(host: String(host), port: 0)) ?? (try? SocketAddress(String(hop)))
    return address?.unmapped.host
  }
}
