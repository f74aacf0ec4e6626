internal import Net
internal import Platform

/// A new connection until its first bytes (or ALPN) say which protocol it speaks.
final class DetectingConnection: HTTPConnection, @unchecked Sendable {
  /// How many connections beyond the limit are told so instead of being dropped.
  static let refusalsMax = 64

  /// RFC 9113, 3.4.
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  private var first: [UInt8] = []
  private let isRefused: Bool
  private var isSecured: Bool

  init(transport: Transport, home: ConnectionHome, isRefused: Bool) {
    self.isRefused = isRefused
    isSecured = !transport.isTLS
    super.init(transport: transport, home: home)
  }

  override func transport(_ transport: Transport, secured applicationProtocol: String?) {
    isSecured = true
    switch applicationProtocol {
    case "h2": become(http2: true)
    case "http/1.1": become(http2: false)
    default: return
    }
  }

  override func receive(_ bytes: UnsafeRawBufferPointer) {
    if first.isEmpty {
      // Nearly always the first read decides: no copy then.
      switch DetectingConnection.isPreface(bytes) {
      case true: return become(http2: true, with: bytes)
      case false: return become(http2: false, with: bytes)
      case nil: first.append(contentsOf: bytes)
      }
      return
    }
    first.append(contentsOf: bytes)
    first.withUnsafeBytes { all in
      if let isHTTP2 = DetectingConnection.isPreface(all) { become(http2: isHTTP2, with: all) }
    }
  }

  /// Whether the bytes begin with HTTP/2's preface; nil while that is open.
  static func isPreface(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    let count = min(bytes.count, preface.count)
    for index in 0..<count where bytes[index] != preface[index] { return false }
    return count == preface.count ? true : nil
  }

  private func become(http2: Bool, with bytes: UnsafeRawBufferPointer? = nil) {
    guard let home else { return }
    let next: HTTPConnection =
      http2
      ? HTTP2Connection(transport: transport, home: home, isRefused: isRefused)
      : HTTP1Connection(transport: transport, home: home, isRefused: isRefused)
    home.replace(self, with: next)
    if home.isDraining { next.drain() }
    if let bytes { next.transport(transport, received: bytes) } else { next.markDirty() }
  }

  override func check(_ now: MonotonicInstant) {
    guard let home else { return }
    let limit = isSecured ? home.limits.headTimeout : home.limits.handshakeTimeout
    guard now - opened > limit else { return }
    home.counters.timedOut()
    close()
  }

  override func drain() {
    // A request may be on its way; what never began is nothing to wait for.
    if first.isEmpty { close() }
  }

  override func flush() {}
}
