import TestSupport
import Testing

@testable import Gateway

/// httpx, http.client and curl against uploads and downloads, over HTTP/1.1 and HTTP/2. `WEFT_PYTHON` names an interpreter that has httpx and h2.
@Suite struct StockClientTests {
  @Test(.enabled(if: TestPython.isAvailable, "WEFT_PYTHON is not set"), arguments: FilesGateway.Way.allCases)
  func theyAllSeeTheirAnswers(way: FilesGateway.Way) async throws {
    let gateway = try FilesGateway(way)
    try await TestPython.run(file: "clients.py", [String(gateway.port)])
  }
}
