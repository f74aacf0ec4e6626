internal import CLinux
import Glibc
internal import Synchronization

extension SocketAddress {
  /// The addresses of a name or numeric host, in the order of getaddrinfo.
  ///
  /// Asked on a thread of its own, since the look-up blocks for as long as the name servers please; the caller's own deadline bounds the
  /// wait. At most 16 look-ups are under way in a process.
  ///
  /// - Throws: `NetError.unresolvable`, `.overloaded`.
  public static func resolve(host: String, port: UInt16) async throws(NetError) -> [SocketAddress] {
    if let address = try? SocketAddress(host: host, port: port) { return [address] }
    let result: Result<[SocketAddress], NetError> = await withCheckedContinuation { continuation in
      Resolver.start(Lookup(host: host, port: port) { continuation.resume(returning: $0) })
    }
    return try result.get()
  }

  /// The first address that `HOST:PORT` stands for.
  public static func resolve(_ text: String) async throws(NetError) -> SocketAddress {
    let (host, port) = try split(text)
    guard let first = try await resolve(host: host, port: port).first else {
      throw NetError(.unresolvable, "'\(host)' has no address")
    }
    return first
  }
}

/// One name to look up; handed to its thread whole.
final class Lookup: Sendable {
  let host: String
  let port: UInt16
  let done: @Sendable (Result<[SocketAddress], NetError>) -> Void

  init(host: String, port: UInt16, done: @escaping @Sendable (Result<[SocketAddress], NetError>) -> Void) {
    (self.host, self.port, self.done) = (host, port, done)
  }

  func run() -> Result<[SocketAddress], NetError> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard status == 0 else {
      return .failure(NetError(.unresolvable, "'\(host)' cannot be resolved: \(gai_strerror(status).map { String(cString: $0) } ?? "")"))
    }
    var found: [SocketAddress] = []
    var next = list
    while let entry = next {
      var storage = sockaddr_storage()
      let size = min(Int(entry.pointee.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
      if let address = entry.pointee.ai_addr {
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: size)) }
        if let address = SocketAddress(storage), found.count < 16 { found.append(address.with(port: port)) }
      }
      next = entry.pointee.ai_next
    }
    return found.isEmpty ? .failure(NetError(.unresolvable, "'\(host)' has no address")) : .success(found)
  }
}

enum Resolver {
  private static let underWayMax = 16
  private static let underWay = Atomic<Int>(0)

  static func start(_ lookup: Lookup) {
    guard underWay.add(1, ordering: .relaxed).newValue <= underWayMax else {
      underWay.subtract(1, ordering: .relaxed)
      lookup.done(.failure(NetError(.overloaded, "too many name look-ups are under way")))
      return
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(lookup)
    let status = pthread_create(&thread, nil, resolverMain, box.toOpaque())
    guard status == 0 else {
      box.release()
      finish(lookup, .failure(.system("no thread for a name look-up", errno: status)))
      return
    }
    pthread_detach(thread)
  }

  static func finish(_ lookup: Lookup, _ result: Result<[SocketAddress], NetError>) {
    underWay.subtract(1, ordering: .relaxed)
    lookup.done(result)
  }
}

private func resolverMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let lookup = Unmanaged<Lookup>.fromOpaque(argument).takeRetainedValue()
  Resolver.finish(lookup, lookup.run())
  return nil
}
