import CNghttp2
import Glibc
public import Net

public final class HTTPClientConnection: @unchecked Sendable {
  private let session: HTTP2Session
  private let transport: Transport
  init(_ t: Transport, _ s: HTTP2Session) { transport = t; session = s }
  public static func connect(to host: String, port: UInt16, tls: TLSContext?, loop: EventLoop, timeout: Duration) async throws -> HTTPClientConnection {
    let address = try SocketAddress(host: host, port: port)
    let fd = socket(address.isIPv6 ? AF_INET6 : AF_INET, 1, 0)
    guard address.withSockaddr({ Glibc.connect(fd, $0, $1) }) == 0 else { throw ConnectFailed() }
    _ = fcntl(fd, F_SETFL, O_NONBLOCK)
    let transport = Transport(descriptor: fd, loop: loop, peer: address, limits: HTTPLimits())
    let session = HTTP2Session(transport: transport, handler: nil)
    transport.wire = session
    transport.begin()
    transport.mark()
    return HTTPClientConnection(transport, session)
  }
  public var isClosed: Bool { transport.isClosed }
  public var isOpen: Bool { !transport.isClosed }
  public var canOpen: Bool { !transport.isClosed }
  public func open(_ head: RequestHead, owner: any HTTPStreamOwner) -> HTTPStream { session.openRequest(head, owner: owner) }
  public func close() { session.drain() }
}
struct ConnectFailed: Error {}
