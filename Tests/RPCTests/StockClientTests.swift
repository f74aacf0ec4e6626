import HTTP
import TestSupport
import Testing

@testable import RPC

/// Python's grpcio against our server. `WEFT_PYTHON` names an interpreter that has grpcio, grpcio-reflection and googleapis-common-protos.
@Suite struct StockClientTests {
  @Test(.enabled(if: TestPython.isAvailable, "WEFT_PYTHON is not set")) func grpcioFindsAndCallsEverything() async throws {
    let server = try Loopback()
    try await TestPython.run(file: "Support/stock_client.py", [String(server.port)])
  }
}
