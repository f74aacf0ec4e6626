internal import CLinux
import Glibc

/// An IPv4 or IPv6 address with a port. A plain value of 24 bytes; no reference inside.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
  /// The 16 bytes of an IPv6 address as two big-endian halves; IPv4 has its 32 bits in `low`.
  private var high: UInt64
  private var low: UInt64
  private var scope: UInt32
  public private(set) var port: UInt16
  public private(set) var isIPv6: Bool

  /// The IPv4 address `a.b.c.d` given as one number (127.0.0.1 is 0x7f000001).
  public init(ipv4 address: UInt32, port: UInt16) {
    (high, low, scope, self.port, isIPv6) = (0, UInt64(address), 0, port, false)
  }

  /// A loopback address, 127.0.0.1.
  public static func loopback(port: UInt16) -> SocketAddress {
    SocketAddress(ipv4: 0x7f00_0001, port: port)
  }

  /// An address from numbers: `127.0.0.1:80`, `[::1]:80`, `0.0.0.0:0`. Names need `resolve`.
  ///
  /// - Throws: `NetError.invalidAddress`.
  public init(_ text: String) throws(NetError) {
    let (host, port) = try SocketAddress.split(text)
    try self.init(host: host, port: port)
  }

  /// An address from a numeric host (no brackets) and a port.
  public init(host: String, port: UInt16) throws(NetError) {
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 {
      self.init(ipv4: UInt32(bigEndian: four.s_addr), port: port)
      return
    }
    var six = sockaddr_in6()
    guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else {
      throw NetError(.invalidAddress, "'\(host)' is not a numeric IP address")
    }
    six.sin6_port = port.bigEndian
    self.init(six)
  }

  /// Splits `HOST:PORT`; IPv6 hosts stand in brackets, which are taken off. The host may be a name.
  ///
  /// - Throws: `NetError.invalidAddress`.
  public static func split(_ text: String) throws(NetError) -> (host: String, port: UInt16) {
    guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), let port = UInt16(text[text.utf8.index(after: colon)...]) else {
      throw NetError(.invalidAddress, "'\(text)' is not HOST:PORT with a port from 0 to 65535")
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw NetError(.invalidAddress, "'\(text)': an IPv6 address stands in brackets, [::1]:80")
    }
    guard !host.isEmpty else { throw NetError(.invalidAddress, "'\(text)' names no host") }
    return (String(host), port)
  }

  private init(_ six: sockaddr_in6) {
    let (high, low) = withUnsafeBytes(of: six.sin6_addr) {
      (UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)), UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
    (self.high, self.low, scope, port, isIPv6) = (high, low, six.sin6_scope_id, UInt16(bigEndian: six.sin6_port), true)
  }

  /// Reads what the kernel wrote; nil for another address family.
  init?(_ storage: sockaddr_storage) {
    switch Int32(storage.ss_family) {
    case AF_INET:
      let four = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in.self) }
      self.init(ipv4: UInt32(bigEndian: four.sin_addr.s_addr), port: UInt16(bigEndian: four.sin_port))
    case AF_INET6:
      self.init(withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in6.self) })
    default:
      return nil
    }
  }

  /// Hands the kernel's form of the address to `body`.
  func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    if isIPv6 {
      var six = sockaddr_in6()
      six.sin6_family = sa_family_t(AF_INET6)
      six.sin6_port = port.bigEndian
      six.sin6_scope_id = scope
      withUnsafeMutableBytes(of: &six.sin6_addr) {
        $0.storeBytes(of: high.bigEndian, as: UInt64.self)
        $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      return withUnsafePointer(to: &six) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
      }
    }
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = port.bigEndian
    four.sin_addr.s_addr = UInt32(truncatingIfNeeded: low).bigEndian
    return withUnsafePointer(to: &four) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }

  var family: Int32 { isIPv6 ? AF_INET6 : AF_INET }

  /// The host in numbers, without brackets.
  public var host: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
      withSockaddr { address, length in
        // Cannot fail: the buffer holds the longest numeric form and the flags forbid a look-up.
        _ = getnameinfo(address, length, text.baseAddress, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      }
      return text.baseAddress.map { String(cString: $0) } ?? ""
    }
  }

  public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether the address stays on this machine: 127.0.0.0/8, ::1, ::ffff:127.0.0.0/104.
  public var isLoopback: Bool {
    guard isIPv6 else { return low >> 24 == 127 }
    return high == 0 && (low == 1 || low >> 24 == 0xffff_7f)
  }

  /// Whether it stands for every address of the machine (0.0.0.0 or ::).
  public var isWildcard: Bool { high == 0 && low == 0 }

  /// The same address with another port.
  public func with(port: UInt16) -> SocketAddress {
    var copy = self
    copy.port = port
    return copy
  }

  /// The IPv4 address inside `::ffff:a.b.c.d` as IPv4, anything else as it is: so that one client is one key.
  public var unmapped: SocketAddress {
    guard isIPv6, high == 0, low >> 32 == 0xffff else { return self }
    return SocketAddress(ipv4: UInt32(truncatingIfNeeded: low), port: port)
  }
}
