import HTTP
import Net

/// Whose word about the client's address counts: proxies named in the settings, nobody else's (ASVS 4.1.3).
struct ClientAddress: Sendable {
  /// The settings' proxies, as text without port.
  private let trusted: Set<String>

  /// - Parameter trustedProxies: Numeric addresses, as `WEFT_TRUSTED_PROXIES` lists them.
  init(trustedProxies: [String]) {
    trusted = Set(trustedProxies.map { Self.numeric($0[...]) ?? $0 })
  }

  /// The address of the client of a request, without port.
  func resolve(_ request: RequestHead) -> String {
    resolve(peer: request.peer, forwardedFor: trusted.isEmpty ? nil : request.headers["x-forwarded-for"])
  }

  /// The address of the client itself, without port.
  ///
  /// `X-Forwarded-For` is read from the right: each trusted proxy vouches for the entry that it added, and the first entry that no trusted proxy
  /// sent is the client. What stands left of it the client may have made up.
  func resolve(peer: SocketAddress, forwardedFor: String?) -> String {
    var address = peer.unmapped.host
    guard !trusted.isEmpty, let forwardedFor, forwardedFor.utf8.count <= 4096 else { return address }
    var hops = forwardedFor.split(separator: ",").map { $0.trimmingSpaces() }
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
