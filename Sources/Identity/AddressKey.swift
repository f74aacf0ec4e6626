internal import Glibc

/// By what a rate limit knows a client's address.
public enum AddressKey {
  /// The address itself for IPv4; for IPv6 its first 64 bits, because whoever has one address there has all of its network's.
  ///
  /// - Parameter address: Numeric, without port. Any other text is its own key.
  public static func of(_ address: String) -> String {
    guard address.utf8.contains(UInt8(ascii: ":")) else { return address }
    var six = in6_addr()
    guard inet_pton(AF_INET6, address, &six) == 1 else { return address }
    let network = withUnsafeBytes(of: six) { Array($0.prefix(8)) }
    return network.map { String($0, radix: 16) }.joined(separator: ":") + "/64"
  }
}
