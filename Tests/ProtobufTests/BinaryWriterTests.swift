import Protobuf
import Testing

@Suite struct BinaryWriterTests {
  @Test func writesFromBackToFront() {
    var writer = BinaryWriter()
    writer.string("b", tag: 0x12)
    writer.int32(1, tag: 0x08)
    writer.prepend([0xff])
    #expect(writer.bytes == [0xff, 0x08, 1, 0x12, 1, 0x62])
    #expect(writer.count == 6)
  }

  @Test(arguments: [0, 1, 16, 17, 100, 4096, 100_000])
  func growsAsNeeded(size: Int) {
    var writer = BinaryWriter(capacity: 0)
    let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    writer.prepend([9])
    writer.bytes(payload, tag: 0x0a)
    #expect(Array(writer.bytes.suffix(size + 1)) == payload + [9])
  }

  @Test func servesManyMessages() {
    var writer = BinaryWriter(capacity: 16)
    for round in 0..<100 {
      writer.reset()
      writer.string(String(repeating: "x", count: round), tag: 0x0a)
      #expect(writer.count == round + 2)
    }
  }

  @Test func givesItsBytesWithoutACopy() {
    var writer = BinaryWriter()
    writer.prepend([1, 2, 3])
    #expect(writer.withUnsafeBytes { Array($0) } == [1, 2, 3])
    let empty = BinaryWriter()
    #expect(empty.withUnsafeBytes { $0.count } == 0)
  }

  @Test(
    arguments: [
      (0, [0]), (127, [127]), (128, [0x80, 1]), (16_383, [0xff, 0x7f]), (16_384, [0x80, 0x80, 1]),
      (UInt64.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
      (1 << 63, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]),
    ] as [(UInt64, [UInt8])])
  func varintsAreAsShortAsTheyCanBe(value: UInt64, bytes: [UInt8]) {
    var writer = BinaryWriter()
    writer.varint(value)
    #expect(writer.bytes == bytes)
  }

  /// A varint is stored in one piece, zeros behind it included: none of them may land on what was written, or before the buffer.
  @Test(arguments: 0..<64, [16, 17, 18, 19, 20, 24, 28, 32])
  func varintsOfEveryLengthFitBeforeWhatIsThere(bit: Int, capacity: Int) throws {
    for value in [1 << UInt64(bit), UInt64.max >> UInt64(63 - bit)] {
      var writer = BinaryWriter(capacity: capacity)
      writer.prepend([0xaa, 0xbb])
      writer.uint64(value, tag: UInt32.max & ~7)
      writer.fixed32(7, tag: UInt32.max & ~7 | 5)
      var expected: [UInt8] = [0xfd, 0xff, 0xff, 0xff, 0x0f, 7, 0, 0, 0, 0xf8, 0xff, 0xff, 0xff, 0x0f]
      var rest = value
      while rest >= 0x80 {
        expected.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
      }
      #expect(writer.bytes == expected + [UInt8(rest), 0xaa, 0xbb])
    }
  }

  /// Around the sizes at which a message leaves the stack, and at which its memory doubles.
  @Test(arguments: [990, 1000, 1010, 1024, 1030, 4096, 8150, 8192, 8200, 100_000])
  func messagesOfEverySizeAreWrittenWhole(size: Int) throws {
    var writer = BinaryWriter(capacity: size + 64)
    let text = String(repeating: "x", count: size)
    writer.string(text, tag: 0x0a)
    let value = GoogleProtobuf.StringValue.with { $0.value = text }
    #expect(value.serializedBytes() == writer.bytes)
    #expect(try GoogleProtobuf.StringValue(serializedBytes: value.serializedBytes()).value == text)
  }
}
