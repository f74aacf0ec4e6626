import ReferenceMessages
import Testing

@testable import Protobuf

/// Reads one value of `bytes` with `body`.
private func read<Value>(
  _ bytes: [UInt8], depthMax: Int = 100, _ body: (inout BinaryReader) throws(WireError) -> Value
) throws(WireError) -> Value {
  try bytes.withUnsafeBufferPointer { (buffer) throws(WireError) in
    var reader = BinaryReader(UnsafeRawBufferPointer(buffer), depthMax: depthMax)
    return try body(&reader)
  }
}

@Suite struct BinaryReaderTests {
  @Test(
    arguments: [
      ([0], 0), ([1], 1), ([0x7f], 127), ([0x80, 0x01], 128), ([0xac, 0x02], 300),
      ([0xff, 0xff, 0xff, 0xff, 0x0f], 4_294_967_295), ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], UInt64.max),
      // Longer than needed, but the same number.
      ([0x80, 0x00], 0), ([0x81, 0x80, 0x80, 0x00], 1), ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 0),
    ] as [([UInt8], UInt64)])
  func varintsOfEveryLengthAreRead(bytes: [UInt8], value: UInt64) throws {
    #expect(try read(bytes) { (reader) throws(WireError) in try reader.varint() } == value)
  }

  @Test(
    arguments: [
      ([], .truncated), ([0x80], .truncated), ([0xff, 0xff, 0xff], .truncated),
      ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], .truncated),
      ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], .varintOverflow),
      ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], .varintOverflow),
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], .varintOverflow),
    ] as [([UInt8], WireError)])
  func varintsThatEndTooSoonOrTooLateAreRefused(bytes: [UInt8], error: WireError) {
    #expect(throws: error) { try read(bytes) { (reader) throws(WireError) in try reader.varint() } }
  }

  @Test(arguments: [(0, 0), (1, -1), (2, 1), (3, -2), (0xffff_fffe, 2_147_483_647), (0xffff_ffff, -2_147_483_648)] as [(UInt32, Int32)])
  func zigZagIsUndone(encoded: UInt32, value: Int32) throws {
    var writer = BinaryWriter()
    writer.varint(UInt64(encoded))
    #expect(try read(writer.bytes) { (reader) throws(WireError) in try reader.sint32() } == value)
  }

  @Test func wideValuesOfNarrowTypesAreCut() throws {
    let bytes: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
    #expect(try read(bytes) { (reader) throws(WireError) in try reader.int32() } == -1)
    #expect(try read(bytes) { (reader) throws(WireError) in try reader.uint32() } == .max)
    #expect(try read([0x80, 0x02]) { (reader) throws(WireError) in try reader.bool() })
  }

  @Test(
    arguments: [
      ([0x00], .zeroFieldNumber), ([0x07], .zeroFieldNumber), ([0x80, 0x00], .zeroFieldNumber),
      ([0xff, 0xff, 0xff, 0xff, 0x1f], .varintOverflow), ([0x88, 0x80, 0x80, 0x80, 0x80, 0x00], .varintOverflow), ([0x80], .truncated),
      ([0x0e], .unknownWireType(6)), ([0x0f], .unknownWireType(7)), ([0x0c], .unmatchedGroup),
    ] as [([UInt8], WireError)])
  func tagsThatNoFieldHasAreRefused(bytes: [UInt8], error: WireError) {
    #expect(throws: error) { try Reference.Implicit(serializedBytes: bytes) }
    #expect(throws: error) { try Reference.Implicit(serializedBytes: [0x18, 0x01] + bytes) }
  }

  @Test(
    arguments: [
      // A length beyond the end, in every type that has one.
      [0x72, 0x02, 0x61], [0x7a, 0x02, 0x61], [0x8a, 0x01, 0x02, 0x08], [0x72],
      [0x72, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      // Fixed widths that are not there.
      [0x09, 1, 2, 3, 4, 5, 6, 7], [0x15, 1, 2, 3], [0x18], [0x18, 0x80],
      // Unknown fields.
      [0xa2, 0x06, 0x03, 0x61], [0xa1, 0x06, 1], [0xa5, 0x06, 1], [0xa0, 0x06, 0x80], [0xa3, 0x06], [0xa3, 0x06, 0x08, 0x01],
    ] as [[UInt8]])
  func truncatedInputIsRefused(bytes: [UInt8]) {
    #expect(throws: WireError.truncated) { try Reference.Implicit(serializedBytes: bytes) }
  }

  @Test func aFieldInsideEndsWithItsMessage() {
    // The string inside says five bytes; two are left in the message, more in the input.
    #expect(throws: WireError.truncated) {
      try Reference.Implicit(serializedBytes: [0x8a, 0x01, 0x04, 0x72, 0x05, 0x61, 0x61, 0x61, 0x61, 0x61])
    }
  }

  @Test(
    arguments: [
      [0xff], [0x61, 0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe4, 0xbd], [0xc3],
      // Repaired, each would have as many bytes as before.
      [0xf0, 0x9f, 0x98], [0xf0, 0x9f, 0x98, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e],
    ] as [[UInt8]])
  func stringsThatAreNoUTF8AreRefused(text: [UInt8]) {
    #expect(throws: WireError.invalidUTF8) { try Reference.Implicit(serializedBytes: [0x72, UInt8(text.count)] + text) }
    #expect(throws: WireError.invalidUTF8) { try Reference.Lists(serializedBytes: [0x72, UInt8(text.count)] + text) }
    #expect(throws: WireError.invalidUTF8) { try Reference.Choice(serializedBytes: [0x4a, UInt8(text.count)] + text) }
    let entry: [UInt8] = [0x0a, UInt8(text.count)] + text
    #expect(throws: WireError.invalidUTF8) { try Reference.Maps(serializedBytes: [0x62, UInt8(entry.count)] + entry) }
  }

  @Test(arguments: [
    "", "a", "fifteen bytes !", "sixteen bytes !!", "工单", "\u{0}", "e\u{301}", "é", "\u{fffd}", "😀", "\u{10ffff}", "\u{feff}x",
  ])
  func stringsOfValidUTF8AreReadByteForByte(text: String) throws {
    let bytes = [0x72, UInt8(text.utf8.count)] + Array(text.utf8)
    #expect(try Array(Reference.Implicit(serializedBytes: bytes).stringValue.utf8) == Array(text.utf8))
  }

  @Test func bytesNeedNotBeUTF8() throws {
    #expect(try Reference.Implicit(serializedBytes: [0x7a, 0x02, 0xff, 0xfe]).bytesValue == [0xff, 0xfe])
  }

  /// `depth` messages, one inside the other, the innermost empty.
  static func nested(_ depth: Int, tag: UInt8) -> [UInt8] {
    var writer = BinaryWriter()
    for _ in 0..<depth {
      writer.varint(UInt64(writer.count))
      writer.prepend([tag])
    }
    return writer.bytes
  }

  @Test(arguments: [0x12, 0x1a, 0x2a] as [UInt8])
  func messagesNestUpToOneHundredDeep(tag: UInt8) throws {
    _ = try Reference.Node(serializedBytes: Self.nested(100, tag: tag))
    #expect(throws: WireError.tooDeep) { try Reference.Node(serializedBytes: Self.nested(101, tag: tag)) }
    #expect(throws: WireError.tooDeep) { try Reference.Node(serializedBytes: Self.nested(20_000, tag: tag)) }
  }

  @Test func unknownGroupsNestUpToOneHundredDeep() throws {
    let groups = { (depth: Int) in
      (0..<depth).flatMap { _ in [0xa3, 0x06] as [UInt8] }
        + (0..<depth).flatMap { _ in [0xa4, 0x06] as [UInt8] }
    }
    _ = try Reference.Node(serializedBytes: groups(100))
    #expect(throws: WireError.tooDeep) { try Reference.Node(serializedBytes: groups(101)) }
  }

  @Test func mapEntriesCountAsMessages() throws {
    // Each level is an entry and the message in it.
    func level(_ inside: [UInt8]) -> [UInt8] {
      var writer = BinaryWriter()
      writer.bytes(inside, tag: 0x12)
      let entry = writer.bytes
      writer.reset()
      writer.bytes(entry, tag: 0x22)
      return writer.bytes
    }
    var bytes: [UInt8] = []
    for _ in 0..<50 { bytes = level(bytes) }
    _ = try Reference.Node(serializedBytes: bytes)
    #expect(throws: WireError.tooDeep) { try Reference.Node(serializedBytes: level(bytes)) }
  }

  @Test func everyPrefixOfAMessageIsReadOrRefused() throws {
    var message = Reference.Implicit.with {
      $0.int32Value = -5
      $0.stringValue = "工单标题"
      $0.bytesValue = [1, 2, 3]
      $0.doubleValue = 1.5
      $0.message = .with { $0.sint64Value = -7 }
      $0.far = "x"
    }
    message.unknownFields = UnknownFields(bytes: [0xa2, 0x06, 0x01, 0x61])
    let bytes = message.serializedBytes()
    #expect(try Reference.Implicit(serializedBytes: bytes) == message)
    var whole = 0
    for count in 0..<bytes.count {
      do {
        _ = try Reference.Implicit(serializedBytes: Array(bytes[..<count]))
        whole += 1
      } catch { #expect(error == .truncated) }
    }
    // A cut between two fields leaves a message.
    #expect(whole == 7)
  }

  @Test func emptyInputIsTheEmptyMessage() throws {
    #expect(try Reference.Implicit(serializedBytes: []) == Reference.Implicit())
    #expect(try Reference.Implicit(serializedBytes: UnsafeRawBufferPointer(start: nil, count: 0)) == Reference.Implicit())
  }
}
