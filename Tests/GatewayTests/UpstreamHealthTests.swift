import HTTP
import Logging
import Net
import TestSupport
import Testing

@testable import Gateway
@testable import RPC

/// What the checks of an upstream find; that they go on is tested with the real programs (test_remote_gateway.py).
@Suite struct UpstreamHealthTests {
  private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// What one check finds of a server with these services; nil for a port where nobody listens.
  private func state(of services: [any RPCService]?) async throws -> UpstreamState {
    let group = EventLoopGroup(count: 1)
    let server = HTTPServer(group: group, handler: RPCServer(services: services ?? [], logger: Self.quiet), tls: nil)
    let port = services == nil ? ClosedPort.anybodys.number : try server.bind(.loopback(port: 0)).port
    let health = UpstreamHealth(RPCClient(host: "127.0.0.1", port: port, loops: group), loop: group.loops[0], logger: Self.quiet)
    #expect(health.state == .unreachable)
    await health.start()
    health.stop()
    return health.state
  }

  @Test func aServerThatServes() async throws {
    #expect(try await state(of: [HealthService([])]) == .serving)
  }

  @Test func aServerThatDrains() async throws {
    let health = HealthService([])
    health.stop()
    #expect(try await state(of: [health]) == .notServing)
  }

  @Test func aServerThatKnowsNoHealthServiceMayBeCalled() async throws {
    #expect(try await state(of: []) == .serving)
  }

  @Test func nobodyThere() async throws {
    #expect(try await state(of: nil) == .unreachable)
  }
}
