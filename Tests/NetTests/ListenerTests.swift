import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Net

@Suite struct ListenerTests {
  @Test func portZeroIsReplacedByTheOneChosenAndASecondListenerIsRefusedByName() throws {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let first = try Listener(.loopback(port: 0), group: group) { descriptor, _, _ in close(descriptor) }
    defer { first.close() }
    #expect(first.address.port != 0)
    let error = #expect(throws: NetError.self) {
      _ = try Listener(first.address, group: group) { descriptor, _, _ in close(descriptor) }
    }
    #expect(error?.code == .addressInUse)
    #expect(error?.message.contains(first.address.description) == true)
  }

  @Test func anAddressOfAnotherMachineIsUnavailable() throws {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let foreign = try SocketAddress("192.0.2.1:0")
    let error = #expect(throws: NetError.self) { _ = try Listener(foreign, group: group) { descriptor, _, _ in close(descriptor) } }
    #expect(error?.code == .addressUnavailable)
  }

  @Test func connectingToAClosedPortIsRefused() async throws {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let port = ClosedPort.anybodys.number
    let error = await #expect(throws: NetError.self) {
      try await Connector.connect(host: "127.0.0.1", port: port, tls: nil, loop: group.loops[0], timeout: .seconds(60))
    }
    #expect(error?.code == .connectionRefused)
  }

  @Test func aPeerThatNeverAnswersTimesOut() async throws {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let silent = try Listener(.loopback(port: 0), group: group) { _, _, _ in }
    defer { silent.close() }
    let tls = try TLSContext(client: .init())
    let port = silent.address.port
    let error = await #expect(throws: NetError.self) {
      try await Connector.connect(host: "127.0.0.1", port: port, tls: tls, loop: group.loops[0], timeout: .milliseconds(50))
    }
    #expect(error?.code == .timedOut)
  }

  @Test func aConnectionLostBeforeItsUserTookItIsToldToTheUser() async throws {
    let group = EventLoopGroup(count: 1)
    defer { group.shutdown() }
    let loop = group.loops[0]
    let accepted = Mutex<Int32>(-1)
    let listener = try Listener(.loopback(port: 0), group: group) { descriptor, _, _ in accepted.withLock { $0 = descriptor } }
    defer { listener.close() }
    let connected = try await Connector.connect(host: "127.0.0.1", port: listener.address.port, tls: nil, loop: loop, timeout: .seconds(60))
    let resetPeer: @Sendable (Int32) -> Void = { descriptor in
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      close(descriptor)
    }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      @Sendable func takeOnceItIsLost() {
        let descriptor = accepted.withLock { descriptor in
          defer { descriptor = -1 }
          return descriptor
        }
        if descriptor >= 0 { resetPeer(descriptor) }
        guard !connected.transport.isOpen else { return loop.execute(takeOnceItIsLost) }
        connected.transport.delegate = EndWatcher { continuation.resume() }
        connected.transport.start()
      }
      loop.execute(takeOnceItIsLost)
    }
  }

  @Test(arguments: ["/nonexistent/certificate.pem", "/etc/hostname"])
  func aCertificateFileThatIsNoneIsNamed(_ file: String) {
    let error = #expect(throws: NetError.self) { _ = try TLSContext(server: .init(certificateFile: file, keyFile: file)) }
    #expect(error?.code == .tls)
    #expect(error?.message.contains(file) == true)
  }
}

/// Says when a transport has ended.
private final class EndWatcher: TransportDelegate {
  private let ended: () -> Void

  init(_ ended: @escaping () -> Void) { self.ended = ended }

  func transport(_ transport: Transport, received bytes: UnsafeRawBufferPointer) {}
  func transport(_ transport: Transport, secured applicationProtocol: String?) {}
  func transport(_ transport: Transport, ended error: NetError?) { ended() }
  func transportDrained(_ transport: Transport) {}
}
