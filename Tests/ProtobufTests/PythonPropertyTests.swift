import Foundation
import Protobuf
import ReferenceMessages
import TestSupport
import Testing

/// Random messages, half of them broken, read and written by us and by Google's Python implementation.
///
/// `WEFT_PYTHON` names a Python with the package `protobuf`; `make test` sets it. `WEFT_SEED` repeats a run.
@Suite struct PythonPropertyTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// Reads bytes as a type and gives them back as it writes them.
  private static let types: [String: @Sendable ([UInt8]) throws(WireError) -> [UInt8]] = [
    "reference.Implicit": { (bytes) throws(WireError) in try Reference.Implicit(serializedBytes: bytes).serializedBytes() },
    "reference.Explicit": { (bytes) throws(WireError) in try Reference.Explicit(serializedBytes: bytes).serializedBytes() },
    "reference.Lists": { (bytes) throws(WireError) in try Reference.Lists(serializedBytes: bytes).serializedBytes() },
    "reference.Maps": { (bytes) throws(WireError) in try Reference.Maps(serializedBytes: bytes).serializedBytes() },
    "reference.Choice": { (bytes) throws(WireError) in try Reference.Choice(serializedBytes: bytes).serializedBytes() },
    "reference.WellKnown": { (bytes) throws(WireError) in try Reference.WellKnown(serializedBytes: bytes).serializedBytes() },
    "reference.Node": { (bytes) throws(WireError) in try Reference.Node(serializedBytes: bytes).serializedBytes() },
    "reference.Ping": { (bytes) throws(WireError) in try Reference.Ping(serializedBytes: bytes).serializedBytes() },
    "reference.Required": { (bytes) throws(WireError) in try Reference.Required(serializedBytes: bytes).serializedBytes() },
    "reference.Defaults": { (bytes) throws(WireError) in try Reference.Defaults(serializedBytes: bytes).serializedBytes() },
    "reference.LegacyLists": { (bytes) throws(WireError) in try Reference.LegacyLists(serializedBytes: bytes).serializedBytes() },
    "reference.Keywords": { (bytes) throws(WireError) in try Reference.Keywords(serializedBytes: bytes).serializedBytes() },
    "reference.JSONNames": { (bytes) throws(WireError) in try Reference.JSONNames(serializedBytes: bytes).serializedBytes() },
  ]

  private struct Sample {
    let name: String
    let input: [UInt8]
    let isGood: Bool
  }

  @Test(.enabled(if: TestPython.isAvailable, "set WEFT_PYTHON to a Python with protobuf"))
  func bothImplementationsAgree() async throws {
    let seed = ProcessInfo.processInfo.environment["WEFT_SEED"] ?? String(Int.random(in: 0..<1_000_000))
    let set = try await descriptorSet()
    defer { try? FileManager.default.removeItem(at: set) }
    var written: [UInt8] = []
    var good = 0
    var bad = 0
    for sample in try await samples(set, seed: seed, count: 3000) {
      let read = try #require(Self.types[sample.name])
      do {
        let output = try read(sample.input)
        #expect(sample.isGood, "seed \(seed): \(sample.name) should be refused: \(hex(sample.input))")
        if sample.isGood {
          for part in [Array(sample.name.utf8), sample.input, output] {
            written += (0..<4).map { UInt8(truncatingIfNeeded: part.count >> (8 * $0)) } + part
          }
        }
        good += 1
      } catch {
        #expect(
          !sample.isGood || isStricter(error, sample.name),
          "seed \(seed): \(sample.name) should be read, not \(error): \(hex(sample.input))")
        bad += 1
      }
    }
    #expect(good > 1000 && bad > 200, "seed \(seed): \(good) good, \(bad) bad")
    let file = set.appendingPathExtension("written")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(written).write(to: file)
    let differences = try await TestPython.run(file: "Python/random_messages.py", [set.path, "check", file.path])
    #expect(differences.isEmpty, "seed \(seed): written differently: \(String(decoding: differences, as: UTF8.self))")
  }

  /// What we refuse and Python lets pass: bits of a tenth byte that have no place, and proto2 strings that are no UTF-8, which no Swift string can hold.
  private func isStricter(_ error: WireError, _ name: String) -> Bool {
    error == .varintOverflow || error == .invalidUTF8 && ["reference.Required", "reference.Defaults"].contains(name)
  }

  private func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

  private func descriptorSet() async throws -> URL {
    let set = FileManager.default.temporaryDirectory.appendingPathComponent("weft-\(UUID().uuidString).bin")
    let protos = Self.folder.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("codegen/Reference/Protos")
    let include = ProcessInfo.processInfo.environment["PROTOBUF_INCLUDE"] ?? "/usr/include"
    try await TestProgram.run(
      "protoc",
      [
        "-I", protos.path, "-I", include, "--include_imports", "-o", set.path, "reference/scalars.proto",
        "reference/legacy.proto", "reference/recursive.proto", "reference/names.proto",
      ])
    return set
  }

  private func samples(_ set: URL, seed: String, count: Int) async throws -> [Sample] {
    var rest = try await TestPython.run(file: "Python/random_messages.py", [set.path, seed, String(count)])[...]
    func part() throws -> [UInt8] {
      try #require(rest.count >= 4)
      let count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    var samples: [Sample] = []
    while !rest.isEmpty {
      let name = String(decoding: try part(), as: UTF8.self)
      samples.append(Sample(name: name, input: try part(), isGood: try part() == [UInt8(ascii: "y")]))
    }
    #expect(samples.count == count)
    return samples
  }
}
