internal import CLinux
import Glibc
internal import Platform

/// Opens TCP (and TLS) connections without blocking a loop.
package enum Connector {
  /// Connects to `host`:`port`, trying its addresses one after the other until `timeout` has passed in all.
  ///
  /// The transport is returned connected, secured where `tls` is given, and with no delegate: set one in the same turn.
  ///
  /// - Parameter timeout: For look-up, connect and handshake together.
  /// - Throws: `NetError.unresolvable`, `.connectionRefused`, `.timedOut`, `.tls`, `.system`.
  package static func connect(
    host: String, port: UInt16, tls: TLSContext?, loop: EventLoop, timeout: Duration
  ) async throws(NetError) -> ConnectedTransport {
    let deadline = MonotonicInstant.now() + timeout
    var failure = NetError(.unresolvable, "'\(host)' has no address")
    for address in try await addresses(host: host, port: port, loop: loop, deadline: deadline) {
      let attempt: Result<ConnectedTransport, NetError> = await withCheckedContinuation { continuation in
        loop.execute {
          Attempt(address, host: host, tls: tls, loop: loop, deadline: deadline) { continuation.resume(returning: $0) }.start()
        }
      }
      switch attempt {
      case .success(let transport): return transport
      case .failure(let error): failure = error
      }
      if failure.code == .timedOut, MonotonicInstant.now() >= deadline { break }
    }
    throw failure
  }

  /// A look-up that the deadline leaves behind: its thread goes on alone and its answer is dropped.
  private static func addresses(host: String, port: UInt16, loop: EventLoop, deadline: MonotonicInstant) async throws(NetError)
    -> [SocketAddress]
  {
    if let address = try? SocketAddress(host: host, port: port) { return [address] }
    let result: Result<[SocketAddress], NetError> = await withCheckedContinuation { continuation in
      loop.execute {
        let once = Once { continuation.resume(returning: $0) }
        let timer = loop.schedule(at: deadline) { once.settle(.failure(NetError(.timedOut, "'\(host)' was not resolved in time"))) }
        once.timer = timer
        Resolver.start(
          Lookup(host: host, port: port) { answer in
            loop.execute {
              if let timer = once.timer { loop.cancel(timer) }
              once.settle(answer)
            }
          })
      }
    }
    return try result.get()
  }
}

/// A transport on its way from the connector to its user.
///
/// `@unchecked Sendable`: only the reference travels; the transport is used on its loop.
package struct ConnectedTransport: @unchecked Sendable {
  package let transport: Transport
  /// What ALPN agreed on, nil without TLS.
  package let applicationProtocol: String?
}

/// Whichever of two events comes first. Confined to a loop, hence `@unchecked Sendable`.
private final class Once: @unchecked Sendable {
  private var settleOnce: ((Result<[SocketAddress], NetError>) -> Void)?
  var timer: TimerHandle?

  init(_ settle: @escaping (Result<[SocketAddress], NetError>) -> Void) { settleOnce = settle }

  func settle(_ result: Result<[SocketAddress], NetError>) {
    timer = nil
    let settle = settleOnce
    settleOnce = nil
    settle?(result)
  }
}

/// One connect to one address, then its handshake. Confined to its loop.
private final class Attempt: Pollable, TransportDelegate {
  private let address: SocketAddress
  private let host: String
  private let tls: TLSContext?
  private let loop: EventLoop
  private let deadline: MonotonicInstant
  private var done: ((Result<ConnectedTransport, NetError>) -> Void)?
  private var timer: TimerHandle?
  private var transport: Transport?

  init(
    _ address: SocketAddress, host: String, tls: TLSContext?, loop: EventLoop, deadline: MonotonicInstant,
    done: @escaping (Result<ConnectedTransport, NetError>) -> Void
  ) {
    (self.address, self.host, self.tls, self.loop, self.deadline, self.done) = (address, host, tls, loop, deadline, done)
    super.init(descriptor: weft_socket(address.family))
  }

  func start() {
    guard descriptor >= 0 else { return fail(.system("cannot connect to \(address)", errno: errno)) }
    Socket.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    // The timer keeps this attempt alive until it is settled.
    timer = loop.schedule(at: deadline) { [self] in fail(NetError(.timedOut, "\(address) did not answer in time")) }
    let result = address.withSockaddr { Glibc.connect(descriptor, $0, $1) }
    if result == 0 { return connected() }
    guard errno == EINPROGRESS else { return fail(.system("cannot connect to \(address)", errno: errno)) }
    if !loop.watch(self, read: false, write: true) { fail(.system("cannot connect to \(address)", errno: errno)) }
  }

  override func ready(readable: Bool, writable: Bool, failed: Bool) {
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
    guard number == 0 else { return fail(.system("cannot connect to \(address)", errno: number)) }
    guard writable else { return }
    connected()
  }

  private func connected() {
    let stream: TLSStream?
    do throws(NetError) {
      stream = if let tls { try TLSStream(tls, host: host) } else { nil }
    } catch {
      return fail(error)
    }
    let transport = Transport(descriptor: loop.release(self), peer: address, loop: loop, tls: stream)
    self.transport = transport
    guard stream != nil else { return succeed(transport, nil) }
    transport.delegate = self
    transport.start()
  }

  private func succeed(_ transport: Transport, _ applicationProtocol: String?) {
    settle(.success(ConnectedTransport(transport: transport, applicationProtocol: applicationProtocol)))
  }

  private func fail(_ error: NetError) {
    loop.close(self)
    transport?.close()
    settle(.failure(error))
  }

  private func settle(_ result: Result<ConnectedTransport, NetError>) {
    if let timer { loop.cancel(timer) }
    timer = nil
    transport?.suspend()
    transport = nil
    let done = self.done
    self.done = nil
    done?(result)
  }

  func transport(_ transport: Transport, received bytes: UnsafeRawBufferPointer) {
    // Only an HTTP/2 server speaks first, right after its handshake; the connector hands over before that is read.
    fail(NetError(.tls, "\(address) spoke before it was asked"))
  }

  func transport(_ transport: Transport, secured applicationProtocol: String?) { succeed(transport, applicationProtocol) }
  func transport(_ transport: Transport, ended error: NetError?) { fail(error ?? NetError(.closed, "\(address) closed the connection")) }
  func transportDrained(_ transport: Transport) {}
}
