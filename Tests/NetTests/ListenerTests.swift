import Glibc
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
    let listener = try Listener(.loopback(port: 0), group: group) { descriptor, _, _ in close(descriptor) }
    listener.close()
    await withCheckedContinuation { continuation in group.loops[0].execute { continuation.resume() } }
    let port = listener.address.port
    let error = await #expect(throws: NetError.self) {
      try await Connector.connect(host: "127.0.0.1", port: port, tls: nil, loop: group.loops[0], timeout: .seconds(5))
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

  @Test(arguments: ["/nonexistent/certificate.pem", "/etc/hostname"])
  func aCertificateFileThatIsNoneIsNamed(_ file: String) {
    let error = #expect(throws: NetError.self) { _ = try TLSContext(server: .init(certificateFile: file, keyFile: file)) }
    #expect(error?.code == .tls)
    #expect(error?.message.contains(file) == true)
  }
}
