import Foundation
import Testing

@testable import Gateway

/// httpx, http.client and curl against uploads and downloads, over HTTP/1.1 and HTTP/2. `WEFT_PYTHON` names an interpreter that has httpx and h2.
@Suite struct StockClientTests {
  static let python = ProcessInfo.processInfo.environment["WEFT_PYTHON"]

  @Test(.enabled(if: python != nil, "WEFT_PYTHON is not set"), arguments: FilesGateway.Way.allCases)
  func theyAllSeeTheirAnswers(way: FilesGateway.Way) async throws {
    let gateway = try FilesGateway(way)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("clients.py")
    process.arguments = [script.path, String(gateway.port)]
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
