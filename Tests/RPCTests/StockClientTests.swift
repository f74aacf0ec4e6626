import Foundation
import HTTP
import Testing

@testable import RPC

/// Python's grpcio against our server. `WEFT_PYTHON` names an interpreter that has grpcio, grpcio-reflection and googleapis-common-protos.
@Suite struct StockClientTests {
  static let python = ProcessInfo.processInfo.environment["WEFT_PYTHON"]

  @Test(.enabled(if: python != nil, "WEFT_PYTHON is not set")) func grpcioFindsAndCallsEverything() async throws {
    let server = try Loopback()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Support/stock_client.py")
    process.arguments = [script.path, String(server.port)]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(status == 0, "\(text)")
  }
}
