import HTTP
import Protobuf
import Testing

@testable import RPC

/// gRPC documentation, "Health checking protocol".
@Suite struct HealthServiceTests {
  @Test(arguments: ["", "test.notes.Echo", "grpc.health.v1.Health"]) func aServiceServes(service: String) async throws {
    let server = try Loopback()
    let health = GRPCHealthV1.HealthClient(server.client)
    #expect(try await health.check(.with { $0.service = service }).status == .serving)
    server.health.set(service, isServing: false)
    #expect(try await health.check(.with { $0.service = service }).status == .notServing)
  }

  @Test func anUnknownServiceIsNotFound() async throws {
    let health = GRPCHealthV1.HealthClient(try Loopback().client)
    #expect(await rpcError { _ = try await health.check(.with { $0.service = "x.Y" }) }?.code == .notFound)
  }

  @Test func everythingIsListed() async throws {
    let list = try await GRPCHealthV1.HealthClient(try Loopback().client).list(.init())
    #expect(list.statuses.count == 4)
    #expect(list.statuses.values.allSatisfy { $0.status == .serving })
  }

  @Test func aWatcherHearsOfEveryChangeAndOfAServiceThatComes() async throws {
    let server = try Loopback()
    let call = try await GRPCHealthV1.HealthClient(server.client).watch(.with { $0.service = "later.Service" })
    #expect(try await call.next()?.status == .serviceUnknown)
    server.health.set("later.Service", isServing: true)
    #expect(try await call.next()?.status == .serving)
    server.health.set("later.Service", isServing: true)
    server.health.set("later.Service", isServing: false)
    #expect(try await call.next()?.status == .notServing)
  }

  @Test func afterTheStopNothingServesAgain() async throws {
    let server = try Loopback()
    server.health.stop()
    server.health.set("", isServing: true)
    #expect(try await GRPCHealthV1.HealthClient(server.client).check(.init()).status == .notServing)
  }
}
