import Protobuf
import ReferenceMessages
import Testing

/// Random and damaged input: nothing crashes, and what is read can be written and read again.
@Suite struct JSONFuzzTests {
  private static let schemas = [
    Reference.Implicit.schema, Reference.Explicit.schema, Reference.Lists.schema, Reference.Maps.schema, Reference.Choice.schema,
    Reference.WellKnown.schema, Reference.Node.schema, Reference.Required.schema, GoogleProtobuf.FileDescriptorProto.schema,
  ]

  private static let documents = [
    #"{"int32Value":-12,"stringValue":"a\u4e2d\n中😀","bytesValue":"AQID","doubleValue":1.5e-3,"color":"COLOR_RED","message":{"int64Value":"7"}}"#,
    #"{"int32Value":[1,2,3],"stringValue":["a",""],"message":[{},{"boolValue":true}],"color":["COLOR_RED",5]}"#,
    #"{"stringMap":{"a":"b"},"int32Map":{"-1":2},"boolMap":{"true":false},"messageMap":{"x":{"floatValue":"NaN"}}}"#,
    #"{"timestamp":"2024-01-01T00:00:00.5Z","duration":"-1.5s","struct":{"a":[1,null,{"b":"c"}]},"value":null,"listValue":[[]],"nullValue":null}"#,
    #"{"value":1,"next":{"children":[{"named":{"a":{"left":{"name":"x"}}}}]}}"#,
  ].map { Array($0.utf8) }

  private static func damaged(_ bytes: [UInt8], _ random: inout RandomMessages) -> [UInt8] {
    var bytes = bytes
    let alphabet = Array(#"{}[]",:\u0e-1tfn "#.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 1 where at < bytes.count: bytes[at] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      case 2: bytes.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &random)], at: at)
      case 3: bytes.removeSubrange(at..<min(bytes.count, at + 3))
      default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 20)], at: at)
      }
    }
    return bytes
  }

  /// A copy that ends exactly where its memory does, so that address sanitizing sees a read beyond it.
  private func exactly<Result>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(memory))
  }

  @Test func survivesDamagedJSON() {
    var random = RandomMessages(seed: 7, keepsZeros: true)
    var good = 0
    for i in 0..<20_000 {
      let json = Self.damaged(Self.documents[i % Self.documents.count], &random)
      let schema = Self.schemas[i % 2 == 0 ? Int.random(in: 0..<Self.schemas.count, using: &random) : [0, 2, 3, 5, 6][i % 5]]
      var wire: [UInt8] = []
      guard (try? exactly(json, { try schema.readJSON($0, options: .init(ignoreUnknown: i % 3 == 0), into: &wire) })) != nil else {
        continue
      }
      good += 1
      var written: [UInt8] = []
      #expect(throws: Never.self) { try exactly(wire) { try schema.writeJSON(wire: $0, into: &written) } }
      var again: [UInt8] = []
      var rewritten: [UInt8] = []
      #expect(throws: Never.self) { try exactly(written) { _ = try schema.readJSON($0, into: &again) } }
      #expect(throws: Never.self) { try exactly(again) { try schema.writeJSON(wire: $0, into: &rewritten) } }
      #expect(rewritten == written)
    }
    #expect(good > 1000)
  }

  @Test func survivesDamagedBytes() {
    var random = RandomMessages(seed: 8, keepsZeros: true)
    var good = 0
    for i in 0..<20_000 {
      let schema = Self.schemas[i % Self.schemas.count]
      var wire: [UInt8] = []
      let json = Self.documents[Int.random(in: 0..<Self.documents.count, using: &random)]
      _ = try? json.withUnsafeBytes { try schema.readJSON($0, options: .init(ignoreUnknown: true), into: &wire) }
      if i % 4 == 0 { wire = (0..<Int.random(in: 0..<60, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
      let damaged = Self.damaged(wire, &random)
      for rest in [false, true] {
        var written: [UInt8] = []
        guard (try? exactly(damaged, { try schema.writeJSON(wire: $0, options: .init(rest: rest), into: &written) })) != nil else {
          continue
        }
        good += 1
        var again: [UInt8] = []
        #expect(throws: Never.self) { try exactly(written) { _ = try schema.readJSON($0, into: &again) } }
      }
      _ = exactly(damaged) { schema.validate(wire: $0) }
    }
    #expect(good > 1000)
  }
}
