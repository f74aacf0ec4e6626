internal import Glibc

/// A numeric Internet address.
public enum IPAddress: Sendable, Equatable {
  case v4(UInt32)
  /// The upper and the lower 64 bits.
  case v6(UInt64, UInt64)

  /// - Parameter text: As `inet_pton` takes it; a zone (`%eth0`) is cut off. Nil if it is no address.
  public init?(_ text: String) {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      self = .v4(UInt32(bigEndian: four.s_addr))
      return
    }
    var bytes: (UInt64, UInt64) = (0, 0)
    let numeric = text.prefix { $0 != "%" }
    guard inet_pton(AF_INET6, String(numeric), &bytes) == 1 else { return nil }
    self = .v6(UInt64(bigEndian: bytes.0), UInt64(bigEndian: bytes.1))
  }

  /// - Parameter socketAddress: A `sockaddr_in` or `sockaddr_in6`, whole; nil for any other family.
  init?(socketAddress: UnsafeRawBufferPointer) {
    guard socketAddress.count >= MemoryLayout<sa_family_t>.size else { return nil }
    switch Int32(socketAddress.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET where socketAddress.count >= MemoryLayout<sockaddr_in>.size:
      self = .v4(UInt32(bigEndian: socketAddress.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
    case AF_INET6 where socketAddress.count >= MemoryLayout<sockaddr_in6>.size:
      // sin6_addr stands behind family, port and flow label (RFC 3493, section 3.3).
      self = .v6(
        UInt64(bigEndian: socketAddress.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        UInt64(bigEndian: socketAddress.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
    default: return nil
    }
  }

  public var isLoopback: Bool {
    switch self {
    case .v4(let bits): bits >> 24 == 127
    case .v6(0, 1): true
    case .v6(let high, let low): Self.embedded(high, low)?.isLoopback ?? false
    }
  }

  /// Whether the address is of the public Internet: none of the IANA special-purpose registries (RFC 6890), no multicast.
  public var isPublic: Bool {
    switch self {
    case .v4(let bits):
      return !Self.specialBlocks.contains { bits >> (32 - $0.length) == $0.prefix >> (32 - $0.length) }
    case .v6(let high, let low):
      if let embedded = Self.embedded(high, low) { return embedded.isPublic }
      // Global unicast is 2000::/3; in it 2001::/23 (Teredo and other protocols), documentation and 6to4 are not plain hosts.
      return high >> 61 == 1 && high >> 41 != 0x2001_0000 >> 9 && high >> 32 != 0x2001_0db8 && high >> 48 != 0x2002 && high >> 44 != 0x3fff0
    }
  }

  /// The IPv4 address in an IPv4-mapped one (::ffff:0:0/96) or a translated one (64:ff9b::/96, RFC 6052).
  private static func embedded(_ high: UInt64, _ low: UInt64) -> IPAddress? {
    guard (high == 0 && low >> 32 == 0xffff) || (high == 0x0064_ff9b_0000_0000 && low >> 32 == 0) else { return nil }
    return .v4(UInt32(truncatingIfNeeded: low))
  }

  private static let specialBlocks: [(prefix: UInt32, length: UInt32)] = [
    (0x0000_0000, 8),  // this network
    (0x0a00_0000, 8),  // private
    (0x6440_0000, 10),  // shared by carriers
    (0x7f00_0000, 8),  // loopback
    (0xa9fe_0000, 16),  // link-local, where clouds keep their metadata
    (0xac10_0000, 12),  // private
    (0xc000_0000, 24),  // protocol assignments
    (0xc000_0200, 24),  // documentation
    (0xc058_6300, 24),  // 6to4 relays
    (0xc0a8_0000, 16),  // private
    (0xc612_0000, 15),  // benchmarks
    (0xc633_6400, 24),  // documentation
    (0xcb00_7100, 24),  // documentation
    (0xe000_0000, 4),  // multicast
    (0xf000_0000, 4),  // reserved, broadcast
  ]
}
