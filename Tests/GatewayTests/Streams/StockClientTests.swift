import HTTP
import TestSupport
import Testing

@testable import Gateway

/// httpx, http.client and curl against uploads and downloads, over HTTP/1.1 and HTTP/2. `WEFT_PYTHON` names an interpreter that has httpx and h2.
@Suite struct StockClientTests {
  @Test(.enabled(if: TestPython.isAvailable, "WEFT_PYTHON is not set"), arguments: FilesGateway.Way.allCases)
  func theyAllSeeTheirAnswers(way: FilesGateway.Way) async throws {
    var limits = HTTPLimits()
    // A client that is answered early may pause for long in its body on a busy machine; httpx takes the reset that comes then for an error.
    limits.lingerTimeout = .seconds(120)
    limits.lingerTimeMax = .seconds(240)
    let gateway = try FilesGateway(way, limits: limits)
    try await TestPython.run(file: "clients.py", [String(gateway.port)])
  }
}
