import Protobuf
import ReferenceMessages
import Testing

private func read<M: Message>(_ type: M.Type, _ json: String, _ options: JSONReadOptions = .init()) throws(JSONError) -> M {
  try M(jsonUTF8Bytes: Array(json.utf8), options: options)
}

@Suite struct JSONReaderTests {
  @Test func takesProtoNamesAndJSONNames() throws {
    #expect(try read(Reference.Implicit.self, #"{"int32Value": 7}"#) == read(Reference.Implicit.self, #"{"int32_value":7}"#))
    #expect(try read(Reference.Implicit.self, #" { "stringValue" : "x" , "int32_value" : 7 } "#).int32Value == 7)
    #expect(try read(Reference.JSONNames.self, #"{"3rd": "x"}"#).third == "x")
    #expect(try read(Reference.Implicit.self, #"{"\u0069nt32Value": 7}"#).int32Value == 7)
  }

  @Test func unescapesStrings() throws {
    let json = #"{"stringValue": "\"\\\/\b\f\n\r\t\u00e9\u4e2d\ud83d\ude00 plain 工单 text that is longer"}"#
    #expect(
      try read(Reference.Implicit.self, json).stringValue == "\"\\/\u{8}\u{c}\n\r\té中😀 plain 工单 text that is longer")
  }

  @Test func patchesLengthsThatTakeMoreThanOneByte() throws {
    for count in [0, 1, 126, 127, 128, 129, 16_383, 16_384, 70_000] {
      let text = String(repeating: "a", count: count)
      #expect(try read(Reference.Implicit.self, "{\"stringValue\":\"\(text)\"}").stringValue == text)
      #expect(try read(Reference.Implicit.self, "{\"stringValue\":\"\(text)\\n\"}").stringValue == text + "\n")
      #expect(try read(Reference.Lists.self, "{\"message\":[{\"stringValue\":\"\(text)\"},{}]}").message.first?.stringValue == text)
    }
  }

  @Test func takesIntegersHoweverTheyAreWritten() throws {
    for text in ["100", "1e2", "1.0e2", "10000e-2", "100.000", "\"100\"", "\"1e2\"", "0.1e3"] {
      #expect(try read(Reference.Implicit.self, "{\"int32Value\":\(text),\"int64Value\":\(text)}").int64Value == 100, "\(text)")
    }
    let extremes =
      #"{"int64Value":-9223372036854775808,"uint64Value":18446744073709551615,"int32Value":-2147483648,"uint32Value":4294967295}"#
    let message = try read(Reference.Implicit.self, extremes)
    #expect(message.int64Value == .min && message.uint64Value == .max && message.int32Value == .min && message.uint32Value == .max)
  }

  @Test func refusesNumbersThatDoNotFit() {
    for text in ["2147483648", "-2147483649", "1e10", "\"2147483648\"", "1e999999999999", "\"\"", "\" 1\"", "\"0x10\""] {
      #expect("\(text)") { try read(Reference.Implicit.self, "{\"int32Value\":\(text)}") } throws: { error in
        if case .value(path: "int32_value", _, offset: 14)? = error as? JSONError { true } else { false }
      }
    }
    for text in ["01", "-", "+1", ".5", "1.", "1e", "NaN", "1a", "--1", "0x10"] {
      #expect("\(text)") { try read(Reference.Implicit.self, "{\"int32Value\":\(text)}") } throws: { error in
        if case .syntax? = error as? JSONError { true } else { false }
      }
    }
    #expect(throws: JSONError.type(path: "int32_value", expected: .integer, found: .number, offset: 14)) {
      try read(Reference.Implicit.self, #"{"int32Value":0.5}"#)
    }
    #expect(throws: JSONError.self) { try read(Reference.Implicit.self, #"{"doubleValue":1e309}"#) }
    #expect(throws: JSONError.self) { try read(Reference.Implicit.self, #"{"floatValue":1e39}"#) }
  }

  @Test func saysWhereAWrongTypeStands() {
    #expect(throws: JSONError.type(path: "message[1].string_value", expected: .string, found: .number, offset: 31)) {
      try read(Reference.Lists.self, #"{"message":[{},{"stringValue": 5}]}"#)
    }
    #expect(throws: JSONError.type(path: "int32_value[2]", expected: .integer, found: .null, offset: 19)) {
      try read(Reference.Lists.self, #"{"int32Value":[1,2,null]}"#)
    }
    #expect(throws: JSONError.type(path: #"message_map["a"].bool_value"#, expected: .boolean, found: .string, offset: 33)) {
      try read(Reference.Maps.self, #"{"messageMap":{"a":{"boolValue": "true"}}}"#)
    }
    #expect(throws: JSONError.type(path: "", expected: .object, found: .array, offset: 0)) { try read(Reference.Implicit.self, "[]") }
    #expect(throws: JSONError.type(path: "", expected: .object, found: .null, offset: 0)) { try read(Reference.Implicit.self, "null") }
    #expect(throws: JSONError.type(path: "children", expected: .array, found: .object, offset: 12)) {
      try read(Reference.Node.self, #"{"children":{}}"#)
    }
  }

  @Test func treatsNullAsUnset() throws {
    #expect(try read(Reference.Explicit.self, #"{"stringValue":null,"int32Value":null}"#) == Reference.Explicit())
    #expect(try read(Reference.Lists.self, #"{"int32Value":null,"message":null}"#) == Reference.Lists())
    #expect(try read(Reference.Maps.self, #"{"stringMap":null}"#) == Reference.Maps())
    #expect(try read(Reference.WellKnown.self, #"{"value":null}"#).value?.kind == .nullValue(.nullValue))
    #expect(try read(Reference.WellKnown.self, #"{"timestamp":null,"stringValue":null}"#) == Reference.WellKnown())
    #expect(throws: JSONError.self) { try read(Reference.Explicit.self, #"{"stringValue":nul}"#) }
    #expect(throws: JSONError.self) { try read(Reference.Explicit.self, #"{"stringValue":nullable}"#) }
  }

  @Test func refusesAFieldGivenTwice() {
    #expect(throws: JSONError.duplicateField(path: "int32_value", offset: 16)) {
      try read(Reference.Implicit.self, #"{"int32Value":1,"int32_value":1}"#)
    }
    #expect(throws: JSONError.duplicateField(path: "int32_value", offset: 19)) {
      try read(Reference.Explicit.self, #"{"int32Value":null,"int32Value":1}"#)
    }
    #expect(throws: JSONError.oneofConflict(path: "bool_value", offset: 28)) {
      try read(Reference.Choice.self, #"{"int32Value":1,"boolValue":true}"#)
    }
  }

  @Test func lastEntryOfAMapWins() throws {
    #expect(try read(Reference.Maps.self, #"{"stringMap":{"a":"1","b":"2","a":"3"}}"#).stringMap == ["a": "3", "b": "2"])
    #expect(try read(Reference.Maps.self, #"{"boolMap":{"true":false},"int32Map":{"-1":5}}"#).boolMap == [true: false])
    #expect(throws: JSONError.self) { try read(Reference.Maps.self, #"{"boolMap":{"yes":true}}"#) }
    #expect(throws: JSONError.self) { try read(Reference.Maps.self, #"{"int32Map":{"a":1}}"#) }
  }

  @Test func readsEnumsByNameAndNumber() throws {
    let message = try read(Reference.Lists.self, #"{"color":["COLOR_RED","COLOR_CRIMSON",1,-1,77]}"#)
    #expect(message.color.map(\.rawValue) == [1, 1, 1, -1, 77])
    #expect(throws: JSONError.value(path: "color[0]", expected: "the name of one of its values", offset: 10)) {
      try read(Reference.Lists.self, #"{"color":["RED"]}"#)
    }
    #expect(try read(Reference.Lists.self, #"{"color":["RED",1]}"#, .init(ignoreUnknown: true)).color.count == 1)
  }

  @Test func refusesOrIgnoresUnknownKeys() throws {
    #expect(throws: JSONError.unknownField(path: "message[0].nothing", offset: 13)) {
      try read(Reference.Lists.self, #"{"message":[{"nothing":1}]}"#)
    }
    let json = #"{"nothing":{"a":[1,2,{"b":null}],"c":"\u4e2d"},"int32Value":3,"more":-1.5e3}"#
    #expect(try read(Reference.Implicit.self, json, .init(ignoreUnknown: true)).int32Value == 3)
    #expect(throws: JSONError.self) { try read(Reference.Implicit.self, #"{"nothing":[1,}"#, .init(ignoreUnknown: true)) }
  }

  @Test func limitsNesting() throws {
    func nested(_ count: Int) -> String { String(repeating: "{\"next\":", count: count) + "{}" + String(repeating: "}", count: count) }
    #expect(try read(Reference.Node.self, nested(99)).next != nil)
    for count in [100, 10_000, 200_000] {
      #expect { try read(Reference.Node.self, nested(count)) } throws: { ($0 as? JSONError)?.isDepth == true }
      let arrays = String(repeating: "[", count: count + 1)
      #expect { try read(Reference.Node.self, "{\"x\":" + arrays, .init(ignoreUnknown: true)) } throws: {
        ($0 as? JSONError)?.isDepth == true
      }
      #expect { try GoogleProtobuf.ListValue(jsonUTF8Bytes: Array(arrays.utf8)) } throws: { ($0 as? JSONError)?.isDepth == true }
    }
    // Whatever JSON is taken, its message is taken too.
    for count in 1...120 {
      let arrays = String(repeating: "[", count: count) + String(repeating: "]", count: count)
      do {
        _ = try GoogleProtobuf.Value(jsonUTF8Bytes: Array(arrays.utf8))
      } catch {
        #expect(error.isDepth && count > 40)
      }
    }
  }

  @Test(arguments: [
    "", " ", "{", "}", "{]", "{\"int32Value\"", "{\"int32Value\":", "{\"int32Value\":1", "{\"int32Value\":1,", "{\"int32Value\":1,}",
    "{,}", "{\"int32Value\" 1}", "{'int32Value':1}", "{int32Value:1}", "{}{}", "{} x", "{\"int32Value\":1 \"int64Value\":2}", "\u{feff}{}",
    "{\"boolValue\":True}", "{\"boolValue\":tru}", "{\"boolValue\":truex}", "{\"stringValue\":\"\u{1}\"}", "{\"stringValue\":\"\n\"}",
    #"{"stringValue":"\x"}"#, #"{"stringValue":"\u12"}"#, #"{"stringValue":"\u12g4"}"#, #"{"stringValue":"\ud800"}"#,
    #"{"stringValue":"\udc00"}"#, #"{"stringValue":"\ud800\u0041"}"#, #"{"stringValue":"\ud800\ud800"}"#, #"{"stringValue":"abc"#,
    #"{"stringValue":"abc\"#, #"{"stringValue":"abc\u"#, "{\"int32Value\":1}\u{0}", "// no\n{}", "{\u{a0}}",
  ])
  func refusesWhatIsNoJSON(_ text: String) {
    #expect { try read(Reference.Implicit.self, text) } throws: { error in
      if case .syntax(let offset, _)? = error as? JSONError { offset >= 0 && offset <= text.utf8.count } else { false }
    }
  }

  @Test(
    arguments: [
      [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xe0, 0x80, 0x80], [0xe4, 0xb8], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xe4, 0x41, 0xad], [0xf0, 0x9f, 0x98],
    ] as [[UInt8]])
  func refusesBrokenUTF8(_ bytes: [UInt8]) {
    for padding in [0, 3, 8, 13] {
      let text = Array(repeating: UInt8(ascii: "a"), count: padding)
      for json in [
        Array("{\"stringValue\":\"".utf8) + text + bytes + text + Array("\"}".utf8),
        Array("{\"".utf8) + text + bytes + text + Array("\":1}".utf8),
      ] {
        #expect(throws: JSONError.self) { try Reference.Implicit(jsonUTF8Bytes: json, options: .init(ignoreUnknown: true)) }
      }
    }
  }

  @Test func refusesEveryPrefixOfADocument() throws {
    let json = Array(#"{"int32Value":1.5e1,"stringValue":"a\u4e2d中","color":"COLOR_RED","bytesValue":"AQI=","boolValue":true}"#.utf8)
    _ = try Reference.Implicit(jsonUTF8Bytes: json)
    for count in 0..<json.count {
      #expect(throws: JSONError.self) { try Reference.Implicit(jsonUTF8Bytes: Array(json[..<count])) }
    }
  }

  @Test func tellsWhichKeysWerePresent() throws {
    var wire: [UInt8] = []
    let presence = try Array(#"{"stringValue":null,"message":{"int32Value":1},"boolValue":false,"other":1}"#.utf8).withUnsafeBytes {
      try Reference.Implicit.schema.readJSON($0, options: .init(ignoreUnknown: true), into: &wire)
    }
    #expect(presence.names == ["bool_value", "string_value", "message"])
    #expect(presence.contains("string_value") && !presence.contains("int32_value"))
  }

  @Test func leavesTheOutputAloneWhenItThrows() {
    var wire: [UInt8] = [1, 2, 3]
    #expect(throws: JSONError.self) {
      try Array(#"{"int32Value":1,"x":1}"#.utf8).withUnsafeBytes { try Reference.Implicit.schema.readJSON($0, into: &wire) }
    }
    #expect(wire == [1, 2, 3])
  }
}

extension JSONError {
  fileprivate var isDepth: Bool { if case .depth = self { true } else { false } }
}
