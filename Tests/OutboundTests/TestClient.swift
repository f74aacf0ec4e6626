import Logging
import Outbound

/// A client for one test.
enum TestClient {
  static func with(_ options: OutboundOptions = OutboundOptions(), _ body: (OutboundClient) async throws -> Void) async throws {
    let client = OutboundClient(options: options, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    do {
      try await body(client)
    } catch {
      await client.close(grace: .zero)
      throw error
    }
    await client.close(grace: .zero)
  }

  /// Waits until `condition` holds, giving way to the others meanwhile.
  static func until(_ condition: () -> Bool) async {
    while !condition() { try? await Task.sleep(for: .milliseconds(5)) }
  }
}

extension OutboundRequest {
  /// Where nobody listens (tcpmux). A port that was closed again may meanwhile be another test's.
  static let deadPort = 1

  /// A request of ours to ourselves.
  static func local(
    _ port: Int, _ path: String = "/", method: Method = .get, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    timeout: Duration = .seconds(300), bodyBytesMax: Int = 1 << 20
  ) -> OutboundRequest {
    OutboundRequest(
      method: method, url: "http://127.0.0.1:\(port)\(path)", headers: headers, body: body, timeout: timeout,
      bodyBytesMax: bodyBytesMax, addresses: .operatorConfigured)
  }
}
