internal import Glibc
internal import Platform
internal import Synchronization

/// A server on a port of its own on loopback that speaks lines, a thread for each connection: scripts of HTTP and SMTP.
public final class LineServer: Sendable {
  /// One accepted connection, used by its thread.
  public struct Connection {
    let file: Int32

    /// The next line without its end; nil when there is none.
    public func line() -> String? {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while read(file, &byte, 1) == 1 {
        if byte == UInt8(ascii: "\n") { return String(decoding: bytes.last == 13 ? bytes.dropLast() : bytes[...], as: UTF8.self) }
        bytes.append(byte)
      }
      return nil
    }

    public func bytes(_ count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      var filled = 0
      while filled < count {
        let got = bytes[filled...].withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        if got <= 0 { break }
        filled += got
      }
      return Array(bytes[..<filled])
    }

    public func write(_ text: String) { write(Array(text.utf8)) }

    public func write(_ bytes: [UInt8]) {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count <= 0 { return }
        sent += count
      }
    }

    /// One HTTP request: its lines up to the empty one, and its body. Nil at the end of the connection.
    public func request() -> (head: [String], body: [UInt8])? {
      var head: [String] = []
      while let next = line() {
        if next.isEmpty {
          let length = head.compactMap { $0.lowercased().hasPrefix("content-length:") ? Int($0.dropFirst(15).drop { $0 == " " }) : nil }
            .first
          return (head, bytes(length ?? 0))
        }
        head.append(next)
      }
      return nil
    }
  }

  public let port: Int
  private let listener: Int32
  private let open = Mutex<[Int32]>([])
  private let accepted = Atomic<Int>(0)

  /// How many clients are connected.
  public var openCount: Int { open.withLock(\.count) }
  /// How many connections there were.
  public var connectionCount: Int { accepted.load(ordering: .sequentiallyConsistent) }

  public init(_ serve: @escaping @Sendable (Connection) -> Void) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(listener, $0, length) == 0 && listen(listener, 64) == 0)
        getsockname(listener, $0, &length)
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    WorkerThread.start(name: "test-server") { [self] in
      while true {
        let file = accept(listener, nil, nil)
        guard file >= 0 else {
          if errno == EINTR || errno == ECONNABORTED { continue }
          // Here and not in `stop`: a number that is free again may be another server's listener before this thread looks at it once
          // more, and would take that one's connections.
          close(listener)
          return
        }
        open.withLock { $0.append(file) }
        accepted.add(1, ordering: .sequentiallyConsistent)
        WorkerThread.start(name: "test-server") { [self] in
          serve(Connection(file: file))
          open.withLock { files in
            files.removeAll { $0 == file }
            close(file)
          }
        }
      }
    }
  }

  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    open.withLock { files in for file in files { shutdown(file, Int32(SHUT_RDWR)) } }
  }

  /// Runs `body` with a server that serves each connection by `serve`.
  public static func with(_ serve: @escaping @Sendable (Connection) -> Void, _ body: (LineServer) async throws -> Void) async throws {
    let server = LineServer(serve)
    defer { server.stop() }
    try await body(server)
  }
}
