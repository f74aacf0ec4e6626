internal import CLinux
internal import Glibc

/// Sends short messages to a local socket (AF_UNIX, datagrams), such as a service manager's.
public final class LocalDatagramSocket: Sendable {
  private let descriptor: Int32

  /// - Parameter path: Of the receiver's socket; `@` in its first place means a name without a file (unix(7), "abstract").
  /// - Throws: `NetError` (`invalidAddress`) for what is no such path, and if nobody is there.
  public init(path: String) throws(NetError) {
    var address = sockaddr_un()
    let bytes = Array(path.utf8)
    guard let first = bytes.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), bytes.count > 1,
      bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0)
    else {
      throw NetError(.invalidAddress, "\"\(path)\" is neither an absolute path nor @ and a name, of 107 bytes at most")
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    // An abstract name begins with a zero byte and ends where the length says.
    if first == UInt8(ascii: "@") { address.sun_path.0 = 0 }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (first == UInt8(ascii: "/") ? 1 : 0))
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("socket", errno: errno) }
    let isConnected = withUnsafeBytes(of: &address) { bytes in
      connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), length) == 0
    }
    guard isConnected else {
      let reason = errno
      close(descriptor)
      throw .system("connect \(path)", errno: reason)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Sends a message whole, or not at all if the receiver's queue is full or the receiver gone. Never blocks.
  ///
  /// - Returns: Whether it was taken.
  @discardableResult
  public func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } == bytes.count
  }
}
