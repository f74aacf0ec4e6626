import Foundation
import Protobuf
import ReferenceMessages
import TestSupport
import Testing

/// Random messages, read from the JSON of Google's Python implementation, and written for it to read.
///
/// `WEFT_PYTHON` names a Python with the package `protobuf`; `make test` sets it. `WEFT_SEED` repeats a run.
@Suite struct JSONPythonPropertyTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  @Test(.enabled(if: TestPython.isAvailable, "set WEFT_PYTHON to a Python with protobuf"))
  func bothImplementationsAgree() async throws {
    let seed = ProcessInfo.processInfo.environment["WEFT_SEED"] ?? String(Int.random(in: 0..<1_000_000))
    let set = FileManager.default.temporaryDirectory.appendingPathComponent("weft-\(UUID().uuidString).bin")
    let answers = set.appendingPathExtension("answers")
    defer {
      try? FileManager.default.removeItem(at: set)
      try? FileManager.default.removeItem(at: answers)
    }
    try await describe(into: set)
    // The schemas are made of what protoc wrote, not of what is embedded, so that both ways of making them are walked.
    let types = TypeRegistry(try files(set))
    var rest = try await TestPython.run(file: "../Python/random_json.py", [set.path, seed, "2000"])[...]
    var written: [UInt8] = []
    var count = 0
    while !rest.isEmpty {
      let (name, wire, json) = (try part(&rest), try part(&rest), try part(&rest))
      let schema = try #require(types.message(String(decoding: name, as: UTF8.self)))
      var read: [UInt8] = []
      var text: [UInt8] = []
      do {
        try json.withUnsafeBytes { _ = try schema.readJSON($0, options: .init(types: types), into: &read) }
        try wire.withUnsafeBytes { try schema.writeJSON(wire: $0, options: .init(types: types), into: &text) }
      } catch {
        Issue.record("seed \(seed): \(schema.fullName): \(error): \(String(decoding: json, as: UTF8.self))")
        return
      }
      for part in [name, wire, read, text] { written += (0..<4).map { UInt8(truncatingIfNeeded: part.count >> (8 * $0)) } + part }
      count += 1
    }
    #expect(count == 2000)
    try Data(written).write(to: answers)
    let differences = try await TestPython.run(file: "../Python/random_json.py", [set.path, "check", answers.path])
    #expect(differences.isEmpty, "seed \(seed): \(String(decoding: differences, as: UTF8.self))")
  }

  private func describe(into set: URL) async throws {
    let protos = Self.folder.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("codegen/Reference/Protos")
    let include = ProcessInfo.processInfo.environment["PROTOBUF_INCLUDE"] ?? "/usr/include"
    let names = ["scalars", "legacy", "recursive", "names"].map { "reference/\($0).proto" }
    try await TestProgram.run("protoc", ["-I", protos.path, "-I", include, "--include_imports", "-o", set.path] + names)
  }

  private func files(_ set: URL) throws -> [FileDescriptor] {
    var files: [String: FileDescriptor] = [:]
    for proto in try GoogleProtobuf.FileDescriptorSet(serializedBytes: [UInt8](Data(contentsOf: set))).file {
      let dependencies = try proto.dependency.map { try #require(files[$0]) }
      files[proto.name ?? ""] = try FileDescriptor(proto: proto.serializedBytes(), dependencies: dependencies)
    }
    return Array(files.values)
  }

  private func part(_ rest: inout ArraySlice<UInt8>) throws -> [UInt8] {
    try #require(rest.count >= 4)
    let count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(4)
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
