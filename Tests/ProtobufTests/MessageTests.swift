import Protobuf
import ReferenceMessages
import Testing

@Suite struct MessageTests {
  @Test func theLastValueOfASingularFieldCounts() throws {
    #expect(try Reference.Implicit(serializedBytes: [0x18, 1, 0x18, 2]).int32Value == 2)
    #expect(try Reference.Explicit(serializedBytes: [0x18, 1, 0x18, 0]).int32Value == 0)
  }

  @Test func messagesMerge() throws {
    let first = Reference.Implicit.with {
      $0.message = .with {
        $0.int32Value = 1
        $0.stringValue = "a"
      }
    }
    let second = Reference.Implicit.with {
      $0.message = .with {
        $0.int32Value = 2
        $0.boolValue = true
      }
    }
    let both = try Reference.Implicit(serializedBytes: first.serializedBytes() + second.serializedBytes())
    #expect(
      both.message
        == .with {
          $0.int32Value = 2
          $0.stringValue = "a"
          $0.boolValue = true
        })
  }

  @Test func boxedMessagesMerge() throws {
    let first = Reference.Node.with {
      $0.next = .with {
        $0.value = 1
        $0.children = [.init()]
      }
    }
    let second = Reference.Node.with { $0.next = .with { $0.children = [.init()] } }
    let both = try Reference.Node(serializedBytes: first.serializedBytes() + second.serializedBytes())
    #expect(both.next?.value == 1)
    #expect(both.next?.children.count == 2)
  }

  @Test func aOneofMergesItsOwnMessageAndForgetsOthers() throws {
    let first = Reference.Choice.with { $0.choice = .message(.with { $0.int32Value = 1 }) }.serializedBytes()
    let second = Reference.Choice.with { $0.choice = .message(.with { $0.boolValue = true }) }.serializedBytes()
    let text = Reference.Choice.with { $0.choice = .stringValue("x") }.serializedBytes()
    #expect(
      try Reference.Choice(serializedBytes: first + second).choice
        == .message(
          .with {
            $0.int32Value = 1
            $0.boolValue = true
          }))
    #expect(try Reference.Choice(serializedBytes: first + text + second).choice == .message(.with { $0.boolValue = true }))
    #expect(try Reference.Choice(serializedBytes: first + text).choice == .stringValue("x"))
  }

  @Test func aOneofKeepsItsZero() throws {
    let zero = Reference.Choice.with { $0.choice = .int32Value(0) }
    #expect(zero.serializedBytes() == [0x20, 0])
    #expect(try Reference.Choice(serializedBytes: [0x20, 0]).choice == .int32Value(0))
  }

  @Test func implicitZerosAreNotWritten() {
    #expect(Reference.Implicit().serializedBytes() == [])
    #expect(Reference.Implicit.with { $0.doubleValue = -0.0 }.serializedBytes() == [0x09, 0, 0, 0, 0, 0, 0, 0, 0x80])
  }

  @Test func explicitZerosAreWritten() throws {
    let message = Reference.Explicit.with {
      $0.int32Value = 0
      $0.stringValue = ""
    }
    #expect(message.serializedBytes() == [0x18, 0, 0x72, 0])
    #expect(try Reference.Explicit(serializedBytes: [0x18, 0, 0x72, 0]) == message)
  }

  @Test func packedAndUnpackedAreBothRead() throws {
    let packed: [UInt8] = [0x1a, 3, 1, 2, 3]
    let unpacked: [UInt8] = [0x18, 1, 0x18, 2, 0x18, 3]
    #expect(try Reference.Lists(serializedBytes: packed).int32Value == [1, 2, 3])
    #expect(try Reference.Lists(serializedBytes: unpacked).int32Value == [1, 2, 3])
    #expect(try Reference.Lists(serializedBytes: packed + unpacked).int32Value == [1, 2, 3, 1, 2, 3])
    #expect(try Reference.Lists(serializedBytes: [0x92, 1, 2, 4, 5]).unpacked == [4, 5])
    #expect(try Reference.LegacyLists(serializedBytes: [0x0a, 2, 4, 5]).plain == [4, 5])
  }

  @Test func packedIsWrittenWhereTheFileSaysSo() {
    #expect(Reference.Lists.with { $0.int32Value = [1, 2] }.serializedBytes() == [0x1a, 2, 1, 2])
    #expect(Reference.Lists.with { $0.unpacked = [1, 2] }.serializedBytes() == [0x90, 1, 1, 0x90, 1, 2])
    #expect(
      Reference.LegacyLists.with {
        $0.plain = [1, 2]
        $0.packed = [3]
      }.serializedBytes() == [8, 1, 8, 2, 0x12, 1, 3])
  }

  @Test(
    arguments: [
      [0x1a, 1, 0x80], [0x12, 3, 0, 0, 0], [0x0a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0x1a, 5, 1],
    ] as [[UInt8]])
  func packedRunsThatEndInsideAValueAreRefused(bytes: [UInt8]) {
    #expect(throws: WireError.truncated) { try Reference.Lists(serializedBytes: bytes) }
  }

  @Test func enumsKeepNumbersThatTheFileDoesNotName() throws {
    let message = try Reference.Implicit(serializedBytes: [0x80, 1, 0x63])
    #expect(message.color.rawValue == 99)
    #expect(message.serializedBytes() == [0x80, 1, 0x63])
    #expect(Reference.Color.crimson == .red)
    #expect(Reference.Implicit.with { $0.color = .ultraviolet }.serializedBytes().count == 12)
  }

  @Test func aValueOfTheWrongWireTypeIsUnknown() throws {
    let bytes: [UInt8] = [0x1d, 1, 2, 3, 4]  // int32_value as fixed32
    let message = try Reference.Implicit(serializedBytes: bytes)
    #expect(message.int32Value == 0)
    #expect(message.unknownFields.bytes == bytes)
    #expect(message.serializedBytes() == bytes)
  }

  @Test func equalityIsOfBytesAndBits() {
    let composed = Reference.Implicit.with { $0.stringValue = "é" }
    let decomposed = Reference.Implicit.with { $0.stringValue = "e\u{301}" }
    #expect(composed.stringValue == decomposed.stringValue)
    #expect(composed != decomposed)
    let nan = Reference.Implicit.with { $0.doubleValue = .nan }
    #expect(nan == nan)
    #expect(Reference.Implicit.with { $0.doubleValue = -0.0 } != Reference.Implicit())
    #expect(Reference.Explicit.with { $0.boolValue = false } != Reference.Explicit())
  }

  @Test func recursiveMessagesAreValues() {
    var node = Reference.Node.with { $0.next = .with { $0.value = 1 } }
    let copy = node
    node.next?.value = 2
    #expect(copy.next?.value == 1)
    #expect(node.next?.value == 2)
    node.link = .left(node)
    #expect(node != copy)
  }

  @Test func requiredFieldsAreMissedWhereverTheyAre() throws {
    let good = Reference.Required.with {
      $0.id = 1
      $0.name = "x"
    }
    let bad = Reference.Required.with { $0.id = 1 }
    #expect(try Reference.Required(serializedBytes: good.serializedBytes()) == good)
    let holders: [Reference.Required] = [
      bad,
      .with {
        $0.id = 1
        $0.name = "x"
        $0.next = bad
      },
      .with {
        $0.id = 1
        $0.name = "x"
        $0.list = [good, bad]
      },
      .with {
        $0.id = 1
        $0.name = "x"
        $0.byName = ["k": bad]
      },
      .with {
        $0.id = 1
        $0.name = "x"
        $0.choice = .chosen(bad)
      },
    ]
    for holder in holders {
      #expect(throws: WireError.missingRequired("name")) { try Reference.Required(serializedBytes: holder.serializedBytes()) }
    }
    #expect(throws: WireError.missingRequired("id")) { try Reference.RequiredInside(serializedBytes: [0x0a, 0]) }
    #expect(try Reference.RequiredInside(serializedBytes: [0x10, 1]).plain == 1)
  }

  @Test func defaultsAreThoseOfTheFile() {
    let message = Reference.Defaults()
    #expect(message.int32Value == nil)
    #expect(message.int32ValueOrDefault == -42)
    #expect(message.uint64ValueOrDefault == .max)
    #expect(message.doubleValueOrDefault == 1.5e300)
    #expect(message.infinityOrDefault == .infinity)
    #expect(message.negativeInfinityOrDefault == -.infinity)
    #expect(message.nanOrDefault.isNaN)
    #expect(message.boolValueOrDefault)
    #expect(message.stringValueOrDefault == "say \"hello\"\\\n\t你好")
    #expect(message.bytesValueOrDefault == [0, 1, 255, 34, 92, 97, 98, 99])
    #expect(message.shadeOrDefault == .dark)
    #expect(Reference.Defaults.with { $0.int32Value = 0 }.int32ValueOrDefault == 0)
  }
}
