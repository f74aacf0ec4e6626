import Foundation
import Protobuf
import ReferenceMessages
import TestSupport
import Testing

/// Random messages, read and written by us, then by libprotobuf-c, then read by us again: the same message comes back.
///
/// Runs where protoc-c and a C compiler are installed. `WEFT_SEED` repeats a run.
@Suite struct CDifferentialTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let hasCompiler = ["/usr/bin/protoc-c", "/usr/bin/cc"].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

  private static let typeCount = 6

  /// A random message of the type at `index` of roundtrip.c's table.
  private func message(_ index: Int, _ random: inout RandomMessages) -> [UInt8] {
    switch index {
    case 0: random.implicit().serializedBytes()
    case 1: random.explicit().serializedBytes()
    case 2: random.lists().serializedBytes()
    case 3: random.maps().serializedBytes()
    case 4: random.choice().serializedBytes()
    default: random.node(depth: 0).serializedBytes()
    }
  }

  /// `bytes` read as that type and written again.
  private func rewritten(_ index: Int, _ bytes: [UInt8]) throws -> [UInt8] {
    switch index {
    case 0: try Reference.Implicit(serializedBytes: bytes).serializedBytes()
    case 1: try Reference.Explicit(serializedBytes: bytes).serializedBytes()
    case 2: try Reference.Lists(serializedBytes: bytes).serializedBytes()
    case 3: try Reference.Maps(serializedBytes: bytes).serializedBytes()
    case 4: try Reference.Choice(serializedBytes: bytes).serializedBytes()
    default: try Reference.Node(serializedBytes: bytes).serializedBytes()
    }
  }

  @Test(.enabled(if: hasCompiler, "install protobuf-c-compiler, libprotobuf-c-dev and a C compiler"))
  func libprotobufCReadsAndWritesTheSame() async throws {
    let seed = ProcessInfo.processInfo.environment["WEFT_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0..<1_000_000)
    var random = RandomMessages(seed: seed, keepsZeros: false)
    var input: [UInt8] = []
    var messages: [(type: Int, bytes: [UInt8])] = []
    for index in 0..<1200 {
      let type = index % Self.typeCount
      let bytes = self.message(type, &random)
      messages.append((type, bytes))
      input += [UInt8(type)] + (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
    }
    var answer = try await roundTrip(input)[...]
    for message in messages {
      try #require(answer.count >= 5)
      let count = answer.dropFirst().prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      #expect(answer.first == 1, "seed \(seed): libprotobuf-c refuses type \(message.type) \(message.bytes)")
      let again = try rewritten(message.type, Array(answer.dropFirst(5).prefix(count)))
      #expect(again == message.bytes, "seed \(seed): type \(message.type)")
      answer = answer.dropFirst(5 + count)
    }
    #expect(answer.isEmpty)
  }

  /// Builds roundtrip.c with what protoc-c makes of the reference protos, and gives it `input`.
  private func roundTrip(_ input: [UInt8]) async throws -> [UInt8] {
    let work = FileManager.default.temporaryDirectory.appendingPathComponent("weft-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: work) }
    let protos = Self.folder.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("codegen/Reference/Protos").path
    let include = ProcessInfo.processInfo.environment["PROTOBUF_INCLUDE"] ?? "/usr/include"
    let wellKnown = ["any", "duration", "struct", "timestamp", "wrappers"].map { "google/protobuf/\($0)" }
    let ours = ["reference/scalars", "reference/recursive"]
    try Data(input).write(to: work.appendingPathComponent("input"))
    // protoc-c does not know proto3 `optional`; without it a set zero is an unset field, and so is -0.0: the messages have none.
    try await shell("cp -r '\(protos)/reference' . && sed -i 's/^  optional /  /' reference/scalars.proto", in: work)
    try await shell(
      "protoc-c -I . -I '\(include)' --c_out=. " + (ours + wellKnown).map { $0 + ".proto" }.joined(separator: " "), in: work)
    try await shell(
      "cc -O1 -I . -o roundtrip '\(Self.folder.path)/C/roundtrip.c' " + (ours + wellKnown).map { $0 + ".pb-c.c" }.joined(separator: " ")
        + " -lprotobuf-c", in: work)
    try await shell("./roundtrip <input >output", in: work)
    return [UInt8](try Data(contentsOf: work.appendingPathComponent("output")))
  }

  private func shell(_ command: String, in folder: URL) async throws {
    try await TestProgram.run("/bin/sh", ["-c", command], folder: folder.path)
  }
}
