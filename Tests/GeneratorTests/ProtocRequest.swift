import Foundation
import Protobuf

/// Makes the request that protoc would send to the plugin, by way of the descriptor set that protoc writes.
enum ProtocRequest {
  struct ProtocFailed: Error {
    let message: String
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let include = ProcessInfo.processInfo.environment["PROTOBUF_INCLUDE"] ?? "/usr/include"

  /// The request for `files`, which are below `folder` or `proto/`.
  static func make(folder: URL, files: [String], parameter: String) throws -> GoogleProtobufCompiler.CodeGeneratorRequest {
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("weft-\(UUID().uuidString).bin")
    defer { try? FileManager.default.removeItem(at: output) }
    let protoc = Process()
    protoc.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    protoc.arguments =
      [
        "protoc", "-I", folder.path, "-I", root.appendingPathComponent("proto").path, "-I", include, "--include_imports",
        "--include_source_info",
        "-o", output.path,
      ] + files
    let errors = Pipe()
    protoc.standardError = errors
    try protoc.run()
    let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    protoc.waitUntilExit()
    guard protoc.terminationStatus == 0 else { throw ProtocFailed(message: message) }
    let set = try GoogleProtobuf.FileDescriptorSet(serializedBytes: [UInt8](Data(contentsOf: output)))
    return .with {
      $0.fileToGenerate = files
      $0.parameter = parameter
      $0.protoFile = set.file
    }
  }

  /// The request for one file with `text`, called `a/b.proto`.
  static func make(_ text: String, parameter: String = "module=Test") throws -> GoogleProtobufCompiler.CodeGeneratorRequest {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weft-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder.appendingPathComponent("a"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(text.utf8).write(to: folder.appendingPathComponent("a/b.proto"))
    return try make(folder: folder, files: ["a/b.proto"], parameter: parameter)
  }
}
