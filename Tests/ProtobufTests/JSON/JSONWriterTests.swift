import Protobuf
import ReferenceMessages
import Testing

private func write(_ message: some Message, _ options: JSONWriteOptions = .protoJSON) throws(JSONError) -> String {
  String(decoding: try message.jsonUTF8Bytes(options: options), as: UTF8.self)
}

private func write(_ schema: MessageSchema, wire: [UInt8], _ options: JSONWriteOptions = .protoJSON) throws -> String {
  var out: [UInt8] = []
  try wire.withUnsafeBytes { try schema.writeJSON(wire: $0, options: options, into: &out) }
  return String(decoding: out, as: UTF8.self)
}

@Suite struct JSONWriterTests {
  @Test func writesScalarsAsProtoJSONDoes() throws {
    let message = Reference.Implicit.with {
      $0.doubleValue = 0.1
      $0.floatValue = 0.1
      $0.int32Value = -5
      $0.int64Value = .min
      $0.uint64Value = .max
      $0.sint32Value = -1
      $0.sfixed64Value = -2
      $0.boolValue = true
      $0.stringValue = "a\"\\\n\u{1}\u{7f}工😀"
      $0.bytesValue = [0xfb, 0xff]
      $0.color = .red
    }
    #expect(
      try write(message) == #"""
        {"doubleValue":0.1,"floatValue":0.1,"int32Value":-5,"int64Value":"-9223372036854775808","uint64Value":"18446744073709551615",\#
        "sint32Value":-1,"sfixed64Value":"-2","boolValue":true,"stringValue":"a\"\\\n\u0001\#u{7f}工😀","bytesValue":"+/8=","color":"COLOR_RED"}
        """#)
    #expect(try write(Reference.Implicit()) == "{}")
    #expect(try Reference.Implicit(jsonUTF8Bytes: message.jsonUTF8Bytes()) == message)
  }

  @Test func writesEveryFieldOnTheRESTFace() throws {
    let json = try write(
      Reference.Choice.with {
        $0.between = 3
        $0.choice = .sint64Value(-4)
      }, .rest)
    #expect(json == #"{"before":0,"sint64_value":-4,"between":3}"#)
    #expect(try write(Reference.Node(), .rest) == #"{"value":0,"next":null,"children":[],"named":{}}"#)
    #expect(try write(Reference.Ping.with { $0.pong = .init() }, .rest) == #"{"pong":{"ping":null,"payload":null},"count":0}"#)
    #expect(try write(Reference.JSONNames(), .rest) == #"{"plain_name":"","otherName":"","3rd":""}"#)
    let explicit = try write(Reference.Explicit.with { $0.int64Value = 0 }, .rest)
    #expect(explicit.contains(#""int64_value":0,"uint32_value":null"#))
  }

  @Test func sortsAndMergesFieldsInDisorder() throws {
    // count=2, pong{ping{count=1}}, count=3, pong{payload{}}: the last count, and the two pongs as one.
    let wire: [UInt8] = [0x10, 2, 0x0a, 4, 0x0a, 2, 0x10, 1, 0x10, 3, 0x0a, 2, 0x12, 0]
    #expect(try write(Reference.Ping.schema, wire: wire) == #"{"pong":{"ping":{"count":1},"payload":{}},"count":3}"#)
    // Repeated fields with others between, packed and not.
    let lists: [UInt8] = [0x18, 1, 0x72, 1, 0x61, 0x1a, 2, 2, 3, 0x72, 0, 0x18, 4]
    #expect(try write(Reference.Lists.schema, wire: lists) == #"{"int32Value":[1,2,3,4],"stringValue":["a",""]}"#)
  }

  @Test func lastMemberOfAOneofWins() throws {
    #expect(try write(Reference.Choice.schema, wire: [0x40, 1, 0x20, 5]) == #"{"int32Value":5}"#)
    #expect(try write(Reference.Choice.schema, wire: [0x20, 5, 0x40, 0]) == #"{"boolValue":false}"#)
    // message{int32_value}, bool_value, message{int64_value}: the first message was cleared.
    let wire: [UInt8] = [0x62, 2, 0x18, 1, 0x40, 1, 0x62, 2, 0x20, 2]
    #expect(try write(Reference.Choice.schema, wire: wire) == #"{"message":{"int64Value":"2"}}"#)
  }

  @Test func omitsDefaultsThatWereSent() throws {
    let wire: [UInt8] = [0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x18, 0x80, 0x80, 0, 0x68, 0, 0x72, 0]
    #expect(try write(Reference.Implicit.schema, wire: wire) == "{}")
    // -0.0 is not the default.
    #expect(try write(Reference.Implicit.schema, wire: [0x09, 0, 0, 0, 0, 0, 0, 0, 0x80]) == #"{"doubleValue":-0.0}"#)
    #expect(try write(Reference.Explicit.schema, wire: [0x18, 0]) == #"{"int32Value":0}"#)
  }

  @Test func writesMapsByKey() throws {
    let message = Reference.Maps.with {
      $0.int32Map = [10: 1, -2: 2, 3: 3]
      $0.stringMap = ["b": "1", "a": "2", "中": "3"]
      $0.boolMap = [true: false, false: true]
      $0.messageMap = ["x": .init()]
      $0.uint64Map = [.max: 1, 5: 2]
    }
    #expect(
      try write(message)
        == #"{"int32Map":{"-2":2,"3":3,"10":1},"uint64Map":{"5":"2","18446744073709551615":"1"},"boolMap":{"false":true,"true":false},"#
        + #""stringMap":{"a":"2","b":"1","中":"3"},"messageMap":{"x":{}}}"#)
    // The last entry of a key counts; absent keys and values are defaults.
    let wire: [UInt8] = [0x62, 5, 0x0a, 1, 0x61, 0x12, 0, 0x62, 0, 0x62, 6, 0x0a, 1, 0x61, 0x12, 1, 0x62]
    #expect(try write(Reference.Maps.schema, wire: wire) == #"{"stringMap":{"":"","a":"b"}}"#)
  }

  @Test func refusesMalformedBytes() {
    for wire: [UInt8] in [[0x08], [0x72, 5, 0x61], [0x09, 1, 2], [0x00], [0x07], [0x72, 1, 0xff], [0x0c], [0x8a, 0x01, 2, 0x18]] {
      #expect(throws: JSONError.self, "\(wire)") { try write(Reference.Implicit.schema, wire: wire) }
    }
    #expect(throws: JSONError.malformed(path: "message[1].string_value")) {
      try write(Reference.Lists.schema, wire: [0x8a, 1, 0, 0x8a, 1, 3, 0x72, 1, 0xff])
    }
  }

  @Test func skipsUnknownFieldsAndWrongWireTypes() throws {
    #expect(try write(Reference.Implicit.schema, wire: [0xfa, 0x06, 1, 0, 0x1d, 1, 2, 3, 4, 0x18, 7]) == #"{"int32Value":7}"#)
    #expect(try write(Reference.Implicit.schema, wire: [0x7b, 0x08, 1, 0x7c, 0x18, 7]) == #"{"int32Value":7}"#)
  }

  @Test func limitsNesting() {
    var wire: [UInt8] = []
    for _ in 0..<200 {
      var length = wire.count
      var prefix: [UInt8] = [0x12]
      while length >= 0x80 {
        prefix.append(UInt8(length & 0x7f) | 0x80)
        length >>= 7
      }
      wire = prefix + [UInt8(length)] + wire
    }
    #expect(throws: JSONError.depth(limit: 100, offset: 0)) { try write(Reference.Node.schema, wire: wire) }
  }

  @Test func writesSpecialNumbersAsStrings() throws {
    let message = Reference.Lists.with {
      $0.doubleValue = [.nan, .infinity, -.infinity, 1e300, .leastNonzeroMagnitude, 123_456_789_012_345_680, 1e21, -0.0, 1e15]
      $0.floatValue = [.nan, 3.4028235e38, .leastNonzeroMagnitude, 16_777_216, 1e10]
    }
    #expect(
      try write(message)
        == #"{"doubleValue":["NaN","Infinity","-Infinity",1e+300,5e-324,1.2345678901234568e+17,1e+21,-0.0,1000000000000000],"#
        + #""floatValue":["NaN",3.4028235e+38,1e-45,16777216,1e+10]}"#)
    #expect(try Reference.Lists(jsonUTF8Bytes: message.jsonUTF8Bytes()).serializedBytes() == message.serializedBytes())
  }
}
