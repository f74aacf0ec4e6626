import Protobuf
import ReferenceMessages
import Testing

@Suite struct MapTests {
  @Test func entriesWithoutKeyOrValueMeanZero() throws {
    #expect(try Reference.Maps(serializedBytes: [0x0a, 0]).int32Map == [0: 0])
    #expect(try Reference.Maps(serializedBytes: [0x0a, 2, 0x08, 5]).int32Map == [5: 0])
    #expect(try Reference.Maps(serializedBytes: [0x62, 3, 0x12, 1, 0x61]).stringMap == ["": "a"])
    #expect(try Reference.Maps(serializedBytes: [0x8a, 1, 0]).messageMap == ["": .init()])
  }

  @Test func theLastEntryOfAKeyCounts() throws {
    #expect(try Reference.Maps(serializedBytes: [0x0a, 4, 8, 1, 16, 1, 0x0a, 4, 8, 1, 16, 2]).int32Map == [1: 2])
    // Within an entry too, in any order, and around what is unknown there.
    #expect(try Reference.Maps(serializedBytes: [0x0a, 8, 16, 1, 8, 1, 16, 2, 24, 9]).int32Map == [1: 2])
  }

  @Test func aMessageInAnEntryMergesWithinTheEntryOnly() throws {
    let value = Reference.Explicit.with { $0.int32Value = 1 }.serializedBytes()
    let other = Reference.Explicit.with { $0.boolValue = true }.serializedBytes()
    let entry: [UInt8] = [0x12, UInt8(value.count)] + value + [0x12, UInt8(other.count)] + other
    let message = try Reference.Maps(serializedBytes: [0x8a, 1, UInt8(entry.count)] + entry)
    #expect(
      message.messageMap[""]
        == .with {
          $0.int32Value = 1
          $0.boolValue = true
        })
  }

  @Test func entriesAreWrittenInTheOrderOfTheirKeys() {
    let message = Reference.Maps.with {
      $0.int32Map = [3: 1, -1: 2, 0: 3]
      $0.boolMap = [true: false, false: true]
      $0.stringMap = ["b": "1", "a": "2", "aa": "3", "工": "4"]
    }
    let bytes = message.serializedBytes()
    for _ in 0..<20 { #expect(message.serializedBytes() == bytes) }
    #expect(Array(bytes.prefix(2)) == [0x0a, 13])
    let again = Reference.Maps.with {
      for (key, value) in [("工", "4"), ("aa", "3"), ("b", "1"), ("a", "2")] { $0.stringMap[MapKey(key)] = value }
      $0.int32Map = [0: 3, 3: 1, -1: 2]
      $0.boolMap = [false: true, true: false]
    }
    #expect(again.serializedBytes() == bytes)
    #expect(again == message)
  }

  @Test func keysThatAreEqualInUnicodeOnlyStayApart() throws {
    let message = Reference.Maps.with { $0.stringMap = ["é": "1", "e\u{301}": "2"] }
    #expect(message.stringMap.count == 2)
    #expect(try Reference.Maps(serializedBytes: message.serializedBytes()).stringMap == message.stringMap)
    #expect(MapKey("é") != MapKey("e\u{301}"))
    #expect(MapKey("a") < MapKey("b"))
    #expect(MapKey("\u{10000}") > MapKey("\u{ffff}"))
  }
}
