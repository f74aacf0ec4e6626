import Protobuf
import ReferenceMessages
import Testing

@Suite struct UnknownFieldsTests {
  // One of each wire type, a group with a group inside among them.
  static let bytes: [UInt8] =
    [0xa0, 0x06, 0x96, 0x01] + [0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8] + [0xa2, 0x06, 2, 0x68, 0x69]
    + [0xa3, 0x06, 0x08, 0x01, 0x13, 0x0a, 0x01, 0x61, 0x14, 0xa4, 0x06] + [0xa5, 0x06, 1, 2, 3, 4]

  @Test func areKeptAndWrittenAgain() throws {
    let message = try Reference.Explicit(serializedBytes: [0x18, 1] + Self.bytes + [0x68, 1])
    #expect(message.int32Value == 1)
    #expect(message.boolValue == true)
    #expect(message.unknownFields.bytes == Self.bytes)
    #expect(message.serializedBytes() == [0x18, 1, 0x68, 1] + Self.bytes)
  }

  @Test func areKeptInMessagesInside() throws {
    let inside: [UInt8] = [0x8a, 0x01, UInt8(Self.bytes.count)] + Self.bytes
    let message = try Reference.Implicit(serializedBytes: inside)
    #expect(message.message?.unknownFields.bytes == Self.bytes)
    #expect(message.serializedBytes() == inside)
  }

  @Test func countForEquality() throws {
    #expect(try Reference.Explicit(serializedBytes: Self.bytes) != Reference.Explicit())
  }

  @Test(
    arguments: [
      ([0xa3, 0x06, 0xac, 0x06], .unmatchedGroup), ([0xa3, 0x06, 0x08, 0x01], .truncated), ([0xa4, 0x06], .unmatchedGroup),
      ([0xa3, 0x06, 0x0b, 0xa4, 0x06], .unmatchedGroup), ([0xa3, 0x06, 0x06, 0xa4, 0x06], .zeroFieldNumber),
    ] as [([UInt8], WireError)])
  func groupsThatDoNotEndAreRefused(bytes: [UInt8], error: WireError) {
    #expect(throws: error) { try Reference.Explicit(serializedBytes: bytes) }
  }

  @Test func extensionsAreReadFromThem() throws {
    let inside = Reference.Defaults.with { $0.int32Value = 7 }.serializedBytes()
    let bytes: [UInt8] =
      [8, 1, 0xa2, 0x06, 2, 0x68, 0x69] + [0xaa, 0x06, 2, 1, 2] + [0xa8, 0x06, 3] + [0xb2, 0x06, 1, 0x6e]
      + [0xba, 0x06, UInt8(inside.count)] + inside + [0xba, 0x06, 2, 0x38, 1] + [0xc0, 0x06, 2]
    let message = try Reference.Extendable(serializedBytes: bytes)
    #expect(message.referenceNote == "hi")
    #expect(message.referenceNumbers == [1, 2, 3])
    #expect(message.referenceExtendableNestedNote == "n")
    #expect(
      message.referenceDefaults
        == .with {
          $0.int32Value = 7
          $0.boolValue = true
        })
    #expect(message.referenceShade == .dark)
    #expect(message.serializedBytes() == bytes)
    #expect(Reference.Extendable().referenceNote == nil)
    #expect(Reference.Extendable().referenceNumbers == [])
  }

  @Test func extensionsOfTheWrongTypeAreAbsent() throws {
    let message = try Reference.Extendable(serializedBytes: [0xa0, 0x06, 1, 0xba, 0x06, 1, 0xff])
    #expect(message.referenceNote == nil)
    #expect(message.referenceDefaults == nil)
  }
}
