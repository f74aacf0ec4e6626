import Foundation
import Testing

@Suite struct CommittedOutputTests {
  @Test func everyGeneratedFileIsCurrent() throws {
    // The plugin is built beside the tests, because they depend on it.
    let plugin =
      Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() } + [
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      ]
    let built = plugin.map { $0.appendingPathComponent("protoc-gen-weft").path }.first { FileManager.default.isExecutableFile(atPath: $0) }
    let script = Process()
    script.executableURL = ProtocRequest.root.appendingPathComponent("codegen/generate.sh")
    script.arguments = ["--check"]
    script.environment = ProcessInfo.processInfo.environment.merging(["PROTOC_GEN_WEFT": try #require(built)]) { $1 }
    let output = Pipe()
    script.standardOutput = output
    script.standardError = output
    try script.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    script.waitUntilExit()
    #expect(script.terminationStatus == 0, "\(text)")
  }
}
