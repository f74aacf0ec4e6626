import Glibc
import Net

/// A blocking socket for tests that need every byte in hand. Every wait ends after five seconds.
final class RawClient {
  let descriptor: Int32

  init(_ address: SocketAddress) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = address.port.bigEndian
    four.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &four) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard result == 0 else { throw NetError(.connectionRefused, "cannot connect to \(address)", errno: errno) }
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// - Returns: Whether the peer took everything.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var at = 0
    while at < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress.map { $0 + at }, $0.count - at, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      at += count
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// The next bytes; empty at the end of the connection or after five seconds.
  func receive() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
      count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
    }
  }

  /// Everything until the peer closes.
  func receiveAll() -> String {
    var all: [UInt8] = []
    while true {
      let next = receive()
      if next.isEmpty { return String(decoding: all, as: UTF8.self) }
      all += next
    }
  }

  /// Everything until the text ends with `end` (or the peer closes).
  func receive(until end: String) -> String {
    var all = ""
    while !all.hasSuffix(end) {
      let next = receive()
      if next.isEmpty { return all }
      all += String(decoding: next, as: UTF8.self)
    }
    return all
  }
}

func timevalOfMilliseconds(_ milliseconds: Int) -> timeval {
  timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
}

/// Ends every blocking send and receive after `limit`.
func setTimeout(_ descriptor: Int32, _ limit: inout timeval) {
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
}
