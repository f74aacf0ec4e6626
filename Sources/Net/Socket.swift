internal import CLinux
import Glibc

/// The system calls on sockets, with the kernel's errors typed.
enum Socket {
  /// What a read or write came to.
  enum Transfer {
    case bytes(Int)
    case wouldBlock
    case end
    case failed(Int32)
  }

  static func receive(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    while true {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      let number = errno
      if number == EINTR { continue }
      return number == EAGAIN ? .wouldBlock : .failed(number)
    }
  }

  static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
    while true {
      // MSG_NOSIGNAL: a peer that left is an error number, not a SIGPIPE.
      let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .bytes(count) }
      let number = errno
      if number == EINTR { continue }
      return number == EAGAIN ? .wouldBlock : .failed(number)
    }
  }

  static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  static func localAddress(_ descriptor: Int32) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return result == 0 ? SocketAddress(storage) : nil
  }

  /// Takes one waiting connection: non-blocking, closed on exec, without Nagle's delay.
  static func accept(_ descriptor: Int32) -> Result<(Int32, SocketAddress), NetError> {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let accepted = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { weft_accept4(descriptor, $0, &length) }
    }
    guard accepted >= 0 else { return .failure(.system("accept", errno: errno)) }
    set(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    return .success((accepted, SocketAddress(storage) ?? SocketAddress(ipv4: 0, port: 0)))
  }

  /// A listening socket. No SO_REUSEPORT: a second server on the port is an error, not a silent share.
  static func listen(_ address: SocketAddress) throws(NetError) -> Int32 {
    let descriptor = weft_socket(address.family)
    guard descriptor >= 0 else { throw .system("cannot listen on \(address)", errno: errno) }
    set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
    if address.isIPv6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, address.isWildcard ? 0 : 1) }
    let bound = address.withSockaddr { bind(descriptor, $0, $1) }
    guard bound == 0, Glibc.listen(descriptor, 4096) == 0 else {
      let number = errno
      Glibc.close(descriptor)
      throw .system("cannot listen on \(address)", errno: number)
    }
    return descriptor
  }
}
