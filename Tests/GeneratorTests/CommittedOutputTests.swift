import Foundation
import TestSupport
import Testing

@Suite struct CommittedOutputTests {
  @Test func everyGeneratedFileIsCurrent() async throws {
    // The plugin is built beside the tests, because they depend on it.
    let plugin =
      Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() } + [
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      ]
    let built = plugin.map { $0.appendingPathComponent("protoc-gen-weft").path }.first { FileManager.default.isExecutableFile(atPath: $0) }
    try await TestProgram.run(
      ProtocRequest.root.appendingPathComponent("codegen/generate.sh").path, ["--check"],
      environment: ["PROTOC_GEN_WEFT": try #require(built)])
  }
}
