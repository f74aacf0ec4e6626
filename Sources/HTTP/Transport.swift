import Glibc
import Net

/// What speaks HTTP over a transport: takes bytes as they come, gives bytes when asked. Confined to the transport's loop.
protocol WireProtocol: AnyObject {
  /// - Returns: false if the connection must end once what is queued has been written.
  func received(_ bytes: UnsafeRawBufferPointer) -> Bool
  /// Appends what is ready to be sent; called at the end of a turn and while little is unsent.
  func pull(into output: OutputBuffer, limit: Int)
  /// The socket is gone.
  func transportClosed()
  /// Nothing more will be sent or is expected: the socket may be closed when everything is written.
  var isFinished: Bool { get }
  /// Whether it wants to be read.
  var wantsInput: Bool { get }
  func tick(_ now: MonotonicTime)
}

/// One socket of a loop. `@unchecked Sendable`: touched only on its loop after `init`.
final class Transport: Pollable, TurnEnding, @unchecked Sendable {
  let loop: EventLoop
  let peer: SocketAddress
  let limits: HTTPLimits
  var wire: (any WireProtocol)?
  var onClosed: (() -> Void)?
  private var unsent = ByteQueue()
  private var isMarked = false
  private var isClosing = false
  private var lastProgress: MonotonicTime
  private(set) var isClosed = false

  init(descriptor: Int32, loop: EventLoop, peer: SocketAddress, limits: HTTPLimits) {
    self.loop = loop
    self.peer = peer
    self.limits = limits
    lastProgress = loop.now
    super.init(descriptor: descriptor)
  }

  func begin() {
    loop.watch(self, read: true, write: false)
  }

  override func ready(readable: Bool, writable: Bool) {
    if writable { flush() }
    guard readable, !isClosed, wire?.wantsInput ?? true else { return updateInterest() }
    switch Socket.receive(descriptor, loop.readBuffer) {
    case .bytes(let count):
      let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(loop.readBuffer)[..<count])
      if let wire, !wire.received(bytes) { isClosing = true }
      mark()
    case .wouldBlock: return
    case .end, .failed: close()
    }
  }

  /// Asks for a flush at the end of the turn.
  func mark() {
    guard !isMarked, !isClosed else { return }
    isMarked = true
    loop.atTurnEnd(self)
  }

  func turnEnds() {
    isMarked = false
    flush()
  }

  private func flush() {
    guard !isClosed else { return }
    while true {
      if unsent.isEmpty {
        loop.output.clear()
        wire?.pull(into: loop.output, limit: limits.unsentBytesMax)
        let bytes = loop.output.bytes
        guard !bytes.isEmpty else { break }
        switch Socket.send(descriptor, bytes) {
        case .bytes(let count):
          lastProgress = loop.now
          if count < bytes.count { unsent.append(UnsafeRawBufferPointer(rebasing: bytes[count...])) }
        case .wouldBlock: unsent.append(bytes)
        case .end, .failed: return close()
        }
      } else {
        let result = unsent.withUnsafeBytes { Socket.send(descriptor, $0) }
        switch result {
        case .bytes(let count):
          lastProgress = loop.now
          unsent.consume(count)
        case .wouldBlock: break
        case .end, .failed: return close()
        }
      }
      if !unsent.isEmpty { break }
    }
    if unsent.isEmpty, isClosing || wire?.isFinished == true { return close() }
    updateInterest()
  }

  func updateInterest() {
    guard !isClosed else { return }
    loop.watch(self, read: !isClosing && (wire?.wantsInput ?? true), write: !unsent.isEmpty)
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    loop.close(self)
    let wire = self.wire
    self.wire = nil
    wire?.transportClosed()
    onClosed?()
    onClosed = nil
  }

  func tick(_ now: MonotonicTime) {
    if !unsent.isEmpty, now - lastProgress > limits.writeStallTimeout { return close() }
    wire?.tick(now)
  }
}
