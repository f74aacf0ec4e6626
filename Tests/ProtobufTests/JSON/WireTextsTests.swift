import Testing

@testable import Protobuf

struct WireTextsTests {
  @Test func takesWhatIsAskedForAndLeavesTheRest() throws {
    // 1: "a", 2: varint 5, 3: "b", 1: "c", 9: fixed32
    var wire: [UInt8] = [0x0a, 1, 0x61, 0x10, 5, 0x1a, 1, 0x62, 0x0a, 1, 0x63, 0x4d, 1, 2, 3, 4]
    #expect(try WireTexts.take([3, 1, 7], from: &wire) == ["b", "c", nil])
    #expect(wire == [0x10, 5, 0x4d, 1, 2, 3, 4])
    #expect(try WireTexts.take([3, 1], from: &wire) == [nil, nil])
    var empty: [UInt8] = []
    #expect(try WireTexts.take([1], from: &empty) == [nil] && empty.isEmpty)
  }

  @Test(arguments: [[0x0a, 5, 0x61], [0x10], [0x08, 1], [0x0a, 1, 0x61, 0x07]] as [[UInt8]])
  func whatIsNoMessageStaysAsItIs(bytes: [UInt8]) {
    var wire = bytes
    #expect(throws: WireError.truncated) { try WireTexts.take([1], from: &wire) }
    #expect(wire == bytes)
  }
}
