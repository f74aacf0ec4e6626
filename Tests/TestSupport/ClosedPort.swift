internal import Glibc

/// A port of 127.0.0.1 where nobody listens. It is held: a port that was only free a moment ago may be another test's by now.
public final class ClosedPort: Sendable {
  public let number: UInt16

  /// Held until the process ends.
  public static let anybodys = ClosedPort()

  private init() {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // Bound and no more: whoever connects is refused.
        precondition(bind(file, $0, length) == 0 && getsockname(file, $0, &length) == 0, "no port: error \(errno)")
      }
    }
    number = UInt16(bigEndian: address.sin_port)
  }
}
