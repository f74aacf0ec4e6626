internal import CLinux
import Glibc
package import Platform

/// Who uses a `Transport`. Everything is called on its loop.
package protocol TransportDelegate: AnyObject {
  /// Bytes came (decrypted where there is TLS); they are valid inside the call only.
  func transport(_ transport: Transport, received bytes: UnsafeRawBufferPointer)
  /// The TLS handshake is done. Not called without TLS.
  ///
  /// - Parameter applicationProtocol: What ALPN agreed on; nil when the peer does not use it.
  func transport(_ transport: Transport, secured applicationProtocol: String?)
  /// The peer sends nothing more (nil: orderly; writing may still work), or the connection failed. Called once.
  func transport(_ transport: Transport, ended error: NetError?)
  /// All that was unsent has been handed to the kernel.
  func transportDrained(_ transport: Transport)
}

/// A connected TCP socket, plain or with TLS, on one loop: reads into the loop's buffer, writes at once what the kernel takes and
/// keeps the rest. Holds no buffer of its own while nothing is unsent. Confined to its loop.
package final class Transport: Pollable {
  package let loop: EventLoop
  package let peer: SocketAddress
  package var delegate: (any TransportDelegate)?
  private let tls: TLSStream?
  @exclusivity(unchecked) private var unsent = ByteQueue()
  private var isReading = true
  private var hasEnded = false
  private var isFinishing = false
  /// How the connection was lost while there was no delegate to be told.
  private var lostUnseen: NetError?
  /// When the kernel last took something while bytes were unsent: what a write stall is measured from.
  package private(set) var lastProgress: MonotonicInstant

  /// Takes a connected non-blocking descriptor over. Starts with `start()`.
  package init(descriptor: Int32, peer: SocketAddress, loop: EventLoop, tls: TLSStream?) {
    self.loop = loop
    self.peer = peer
    self.tls = tls
    lastProgress = loop.now
    super.init(descriptor: descriptor)
  }

  /// Begins to read; a client's TLS says hello. Called again, after `suspend`, it goes on with what came meanwhile.
  ///
  /// A transport whose peer was lost before tells its delegate so in a turn of its own.
  package func start() {
    guard isOpen else {
      if let lostUnseen {
        loop.schedule(after: .zero) { [self] in delegate?.transport(self, ended: lostUnseen) }
      }
      return
    }
    isReading = true
    updateInterest()
    guard let tls else { return }
    if tls.isEstablished {
      decrypt(tls, UnsafeRawBufferPointer(start: nil, count: 0))
    } else if tls.role == .client {
      advanceHandshake()
    }
  }

  /// Holds everything until `start`, while the transport passes from one delegate to another.
  package func suspend() {
    delegate = nil
    setReading(false)
  }

  package var isOpen: Bool { descriptor >= 0 }
  package var isTLS: Bool { tls != nil }
  /// Bytes that the kernel did not take yet.
  package var unsentCount: Int { unsent.count }

  // MARK: Reading

  /// Stops reading the socket, so that the kernel's window closes, or reads again.
  package func setReading(_ reading: Bool) {
    guard reading != isReading, isOpen else { return }
    isReading = reading
    updateInterest()
  }

  private func updateInterest() {
    if loop.watch(self, read: isReading && !hasEnded, write: !unsent.isEmpty) || !isOpen { return }
    // In a turn of its own: whoever is on the stack must not find its connection closed.
    loop.schedule(after: .zero) { [self] in end(NetError(.system, "\(peer): the kernel watches no more descriptors")) }
  }

  override package func ready(readable: Bool, writable: Bool, failed: Bool) {
    if writable, !unsent.isEmpty { writeUnsent() }
    guard isOpen else { return }
    if readable, isReading, !hasEnded {
      read()
    } else if failed {
      // Not reading, and both directions are gone: nobody would take the event away.
      let wasTold = hasEnded
      let lost = NetError(.closed, "\(peer) closed the connection")
      end(lost)
      if wasTold { delegate?.transport(self, ended: lost) }
      if delegate == nil { lostUnseen = lost }
      close()
    }
  }

  private func read() {
    switch Socket.receive(descriptor, loop.readBuffer) {
    case .bytes(let count):
      let bytes = UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count])
      if let tls { decrypt(tls, bytes) } else { delegate?.transport(self, received: bytes) }
    case .wouldBlock:
      return
    case .end:
      end(nil)
    case .failed(let number):
      end(.system("\(peer)", errno: number))
    }
  }

  private func end(_ error: NetError?) {
    guard !hasEnded, isOpen else { return }
    hasEnded = true
    loop.watch(self, read: false, write: !unsent.isEmpty)
    delegate?.transport(self, ended: error)
  }

  // MARK: TLS

  private func decrypt(_ tls: TLSStream, _ bytes: UnsafeRawBufferPointer) {
    if !bytes.isEmpty { tls.feed(bytes) }
    if !tls.isEstablished {
      advanceHandshake()
      guard tls.isEstablished else { return }
    }
    while isOpen, !hasEnded, delegate != nil {
      switch tls.read(into: loop.plainBuffer) {
      case .bytes(let count):
        delegate?.transport(self, received: UnsafeRawBufferPointer(rebasing: loop.plainBuffer[..<count]))
      case .wouldBlock:
        sendCiphertext(tls)
        return
      case .end:
        end(nil)
      case .failed:
        sendCiphertext(tls)
        end(NetError(.tls, "\(peer): \(tls.lastError)"))
      }
    }
  }

  private func advanceHandshake() {
    guard let tls else { return }
    let result = tls.handshake()
    sendCiphertext(tls)
    guard isOpen else { return }
    switch result {
    case .established: delegate?.transport(self, secured: tls.applicationProtocol)
    case .wantsMore: return
    case .failed: end(NetError(.tls, "TLS handshake with \(peer): \(tls.lastError)"))
    }
  }

  private func sendCiphertext(_ tls: TLSStream) {
    tls.takeOutput { bytes in writeRaw(bytes) }
  }

  // MARK: Writing

  /// Writes at once what the kernel takes and keeps the rest.
  package func write(_ bytes: UnsafeRawBufferPointer) {
    guard isOpen, !isFinishing, !bytes.isEmpty else { return }
    guard let tls else { return writeRaw(bytes) }
    if tls.write(bytes) {
      sendCiphertext(tls)
    } else {
      end(NetError(.tls, "\(peer): \(tls.lastError)"))
    }
  }

  private func writeRaw(_ bytes: UnsafeRawBufferPointer) {
    guard isOpen, !bytes.isEmpty else { return }
    var rest = bytes
    if unsent.isEmpty {
      lastProgress = loop.now
      switch Socket.send(descriptor, bytes) {
      case .bytes(let count): rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
      case .wouldBlock, .end: break
      case .failed: return failWriting()
      }
      guard !rest.isEmpty else { return }
    }
    unsent.append(rest)
    updateInterest()
  }

  private func writeUnsent() {
    let result = unsent.withUnsafeBytes { Socket.send(descriptor, $0) }
    switch result {
    case .bytes(let count):
      lastProgress = loop.now
      unsent.consume(count)
      guard unsent.isEmpty else { return }
      updateInterest()
      if isFinishing { shutdownWriting() }
      delegate?.transportDrained(self)
    case .wouldBlock, .end:
      return
    case .failed:
      failWriting()
    }
  }

  /// A write that fails is noticed by the reader as well, unless it is not reading; the rest is worthless either way.
  private func failWriting() {
    unsent.clear()
    end(NetError(.closed, "\(peer) closed the connection"))
  }

  /// No more will be written: the peer sees the end when all that is unsent has left. Reading goes on.
  package func finishWriting() {
    guard isOpen, !isFinishing else { return }
    if let tls {
      tls.closeNotify()
      sendCiphertext(tls)
    }
    isFinishing = true
    if unsent.isEmpty { shutdownWriting() }
  }

  private func shutdownWriting() {
    guard isOpen else { return }
    Glibc.shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Closes the socket now; what is unsent is lost. The delegate is let go without another word.
  package func close() {
    delegate = nil
    guard isOpen else { return }
    if let tls, !isFinishing {
      tls.closeNotify()
      sendCiphertext(tls)
    }
    loop.close(self)
    unsent.clear()
  }
}
