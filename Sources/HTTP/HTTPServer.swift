public import Net
import Synchronization

/// A listener whose connections speak HTTP/1.1 or HTTP/2, whichever their first bytes say.
public final class HTTPServer: Sendable {
  private let group: EventLoopGroup
  private let handler: any HTTPHandler
  private let limits: HTTPLimits
  private let listener = Mutex<Listener?>(nil)

  public init(group: EventLoopGroup, handler: any HTTPHandler, limits: HTTPLimits = HTTPLimits(), tls: TLSContext? = nil) {
    self.group = group
    self.handler = handler
    self.limits = limits
  }

  public func bind(_ address: SocketAddress) throws(NetError) -> SocketAddress {
    let (limits, handler) = (limits, handler)
    let made = try Listener(address, group: group) { descriptor, peer, loop in
      let transport = Transport(descriptor: descriptor, loop: loop, peer: peer, limits: limits)
      transport.onClosed = { loop.connectionEnded() }
      transport.wire = Detector(transport: transport, handler: handler)
      transport.begin()
    }
    listener.withLock { $0 = made }
    return made.address
  }

  public func drain(timeout: Duration) async {
    listener.withLock { $0?.close() }
  }
}

/// Looks at the first bytes, then steps aside.
private final class Detector: WireProtocol {
  private unowned let transport: Transport
  private let handler: any HTTPHandler
  private var first: [UInt8] = []

  init(transport: Transport, handler: any HTTPHandler) {
    self.transport = transport
    self.handler = handler
  }

  func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
    first.append(contentsOf: bytes)
    let preface = Array("PRI * HTTP/2.0".utf8)
    if first.count < preface.count, preface.starts(with: first) { return true }
    let wire: any WireProtocol =
      first.starts(with: preface) ? HTTP2Session(transport: transport, handler: handler) : HTTP1Session(transport: transport, handler: handler)
    transport.wire = wire
    return first.withUnsafeBytes { wire.received($0) }
  }

  func pull(into output: OutputBuffer, limit: Int) {}
  func transportClosed() {}
  var isFinished: Bool { false }
  var wantsInput: Bool { true }
  func tick(_ now: MonotonicTime) {}
}
