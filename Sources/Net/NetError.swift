import Glibc

/// What can go wrong between this process and the network.
public struct NetError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Code: Sendable, Equatable {
    /// The text is no address (`HOST:PORT`, port 0 to 65535, IPv6 in brackets).
    case invalidAddress
    /// The name has no address.
    case unresolvable
    /// Another process listens there already.
    case addressInUse
    /// The address is not one of this machine, or may not be bound by this user.
    case addressUnavailable
    case connectionRefused
    case timedOut
    case closed
    /// Certificate, key, handshake or verification.
    case tls
    /// Too many requests wait for a limited resource (name look-ups).
    case overloaded
    /// Anything else the kernel reports.
    case system
  }

  public let code: Code
  /// A whole sentence for an operator; names the address or file.
  public let message: String
  /// The kernel's error number, 0 where there is none.
  public let errno: Int32

  public init(_ code: Code, _ message: String, errno: Int32 = 0) {
    self.code = code
    self.message = message
    self.errno = errno
  }

  public var description: String { message }

  static func system(_ what: String, errno number: Int32) -> NetError {
    let code: Code =
      switch number {
      case EADDRINUSE: .addressInUse
      case EADDRNOTAVAIL, EACCES, EAFNOSUPPORT: .addressUnavailable
      case ECONNREFUSED: .connectionRefused
      case ETIMEDOUT: .timedOut
      case ECONNRESET, EPIPE: .closed
      default: .system
      }
    return NetError(code, "\(what): \(errorText(number))", errno: number)
  }

  static func errorText(_ number: Int32) -> String {
    // strerror's result is either a constant or a thread-local buffer that lives until the next call.
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }
}
