import Foundation
import Protobuf
import TestSupport

/// Makes the request that protoc would send to the plugin, by way of the descriptor set that protoc writes.
enum ProtocRequest {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let include = ProcessInfo.processInfo.environment["PROTOBUF_INCLUDE"] ?? "/usr/include"

  /// The request for `files`, which are below `folder` or `proto/`.
  static func make(folder: URL, files: [String], parameter: String) async throws -> GoogleProtobufCompiler.CodeGeneratorRequest {
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("weft-\(UUID().uuidString).bin")
    defer { try? FileManager.default.removeItem(at: output) }
    try await TestProgram.run(
      "protoc",
      [
        "-I", folder.path, "-I", root.appendingPathComponent("proto").path, "-I", include, "--include_imports", "--include_source_info",
        "-o", output.path,
      ] + files)
    let set = try GoogleProtobuf.FileDescriptorSet(serializedBytes: [UInt8](Data(contentsOf: output)))
    return .with {
      $0.fileToGenerate = files
      $0.parameter = parameter
      $0.protoFile = set.file
    }
  }

  /// The request for one file with `text`, called `a/b.proto`.
  static func make(_ text: String, parameter: String = "module=Test") async throws -> GoogleProtobufCompiler.CodeGeneratorRequest {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weft-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder.appendingPathComponent("a"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(text.utf8).write(to: folder.appendingPathComponent("a/b.proto"))
    return try await make(folder: folder, files: ["a/b.proto"], parameter: parameter)
  }
}
