import Protobuf
import Testing

@Suite struct ValidatorTests {
  /// A request as the documented ones are.
  private func ticket() -> RuledMessage {
    var message = RuledMessage()
    var title = BufValidate.StringRules()
    title.minLen = 1
    title.maxLen = 5
    message.add(
      "title", 9, text: .with { $0.label = "工单标题" },
      .with {
        $0.required = true
        $0.type = .string(title)
      })
    message.string("kind", label: "工单类型", optional: true) { $0.in = ["financial", "technical"] }
    message.add(
      "limit", 5, optional: true,
      .with {
        $0.type = .int32(
          .with {
            $0.greaterThan = .gte(1)
            $0.lessThan = .lte(100)
          })
      })
    message.add("parent", 11, typeName: ".test.Request")
    message.add("children", 11, label: 3, typeName: ".test.Request")
    return message
  }

  @Test func passesWhatObeysEveryRule() throws {
    #expect(try ticket().check(#"{"title":"你好abc","kind":"financial","limit":100}"#).isEmpty)
  }

  @Test func namesFieldAndLimitInTheText() throws {
    let violations = try ticket().check(#"{"title":"一二三四五六","kind":"x","limit":0}"#)
    #expect(
      violations == [
        FieldViolation(path: "title", rule: "string.max_len", message: "工单标题（title）长度不能超过5个字符"),
        FieldViolation(path: "kind", rule: "string.in", message: "工单类型（kind）的值无效，可选值：financial、technical"),
        FieldViolation(path: "limit", rule: "int32.gte", message: "limit不能小于1"),
      ])
    #expect(try ticket().check(#"{"title":"a","limit":101}"#).map(\.message) == ["limit不能大于100"])
  }

  @Test func requiredSpeaksAloneForAnAbsentField() throws {
    for json in ["{}", #"{"title":""}"#, #"{"title":null}"#] {
      #expect(
        try ticket().check(json) == [FieldViolation(path: "title", rule: "required", message: "工单标题（title）不能为空")])
    }
  }

  @Test func anAbsentPlainFieldIsItsDefaultAndAnAbsentOptionalOneIsNotChecked() throws {
    var message = RuledMessage()
    message.string("password") { $0.minLen = 8 }
    message.string("name", optional: true) { $0.minLen = 8 }
    #expect(try message.check("{}").map(\.path) == ["password"])
    #expect(try message.check(#"{"password":"12345678","name":""}"#).map(\.path) == ["name"])
  }

  @Test func findsNestedFieldsByPath() throws {
    let json = #"{"title":"a","parent":{"title":"b","children":[{"title":"c"},{"title":"123456"},{}]}}"#
    #expect(
      try ticket().check(json).map { "\($0.path) \($0.rule)" } == [
        "parent.children[1].title string.max_len", "parent.children[2].title required",
      ])
  }

  @Test func countsCodePoints() throws {
    var message = RuledMessage()
    message.string("text") {
      $0.minLen = 3
      $0.maxLen = 4
    }
    for good in ["abc", "abcd", "中文字", "😀😀😀😀", "e\u{301}\u{301}"] {
      #expect(try message.check("{\"text\":\"\(good)\"}").isEmpty, "\(good)")
    }
    for bad in ["ab", "abcde", "中文", "😀😀😀😀😀", "e\u{301}\u{301}\u{301}\u{301}"] {
      #expect(try message.check("{\"text\":\"\(bad)\"}").count == 1, "\(bad)")
    }
  }

  @Test func textsOfTheDocumentComeFirst() throws {
    var message = RuledMessage()
    var rules = BufValidate.StringRules()
    rules.minLen = 8
    rules.maxLen = 9
    let text = WeftV1.FieldText.with {
      $0.label = "密码"
      $0.unit = "位"
      $0.texts = [
        .with {
          $0.rule = "string.min_len"
          $0.text = "密码长度至少为8位"
        }
      ]
    }
    message.add("password", 9, text: text, .with { $0.type = .string(rules) })
    #expect(try message.check("{}").map(\.message) == ["密码长度至少为8位"])
    #expect(try message.check(#"{"password":"1234567890"}"#).map(\.message) == ["密码（password）长度不能超过9位"])
  }

  @Test func refusesNULInAnyText() throws {
    #expect(
      try ticket().check(#"{"title":"a\u0000b"}"#)
        == [FieldViolation(path: "title", rule: "string.nul", message: "工单标题（title）不能包含空字符")])
    var message = RuledMessage()
    message.add("tags", 9, label: 3)
    #expect(try message.check(#"{"tags":["a","\u0000"]}"#).map(\.path) == ["tags[1]"])
  }

  @Test func checksRepeatedFields() throws {
    var message = RuledMessage()
    message.add(
      "tags", 9, label: 3,
      .with {
        $0.type = .repeated(
          .with {
            $0.minItems = 1
            $0.maxItems = 3
            $0.unique = true
            $0.items = .with { $0.type = .string(.with { $0.maxLen = 2 }) }
          })
      })
    message.add(
      "numbers", 5, label: 3,
      .with {
        $0.type = .repeated(
          .with {
            $0.unique = true
            $0.maxItems = 2
          })
      })
    #expect(try message.check("{}").map(\.message) == ["tags至少需要1项"])
    #expect(try message.check(#"{"tags":["a","b","a"]}"#).map(\.message) == ["tags不能有重复项"])
    #expect(try message.check(#"{"tags":["a","abc","d"]}"#).map(\.path) == ["tags[1]"])
    #expect(try message.check(#"{"tags":["a"],"numbers":[1,300,1]}"#).map(\.rule) == ["repeated.max_items", "repeated.unique"])
  }

  @Test func checksKeysAndValuesOfMaps() throws {
    var message = RuledMessage()
    message.stringMap(
      "labels", entry: "LabelsEntry",
      .with {
        $0.type = .map(
          .with {
            $0.maxPairs = 2
            $0.keys = .with { $0.type = .string(.with { $0.pattern = "^[a-z]+$" }) }
            $0.values = .with { $0.type = .string(.with { $0.minLen = 1 }) }
          })
      })
    #expect(try message.check(#"{"labels":{"a":"1"}}"#).isEmpty)
    #expect(
      try message.check(#"{"labels":{"A":"1","b":""}}"#).map { "\($0.path) \($0.rule)" } == [
        #"labels["A"] string.pattern"#, #"labels["b"] string.min_len"#,
      ])
    #expect(try message.check(#"{"labels":{"a":"1","b":"1","c":"1"}}"#).map(\.rule) == ["map.max_pairs"])
  }

  @Test func checksTimesWrappersAndNumbers() throws {
    var message = RuledMessage()
    message.add(
      "at", 11, typeName: ".google.protobuf.Timestamp",
      .with { $0.type = .timestamp(.with { $0.greaterThan = .gte(.with { $0.seconds = 0 }) }) })
    message.add("name", 11, typeName: ".google.protobuf.StringValue", .with { $0.type = .string(.with { $0.minLen = 1 }) })
    message.add(
      "ratio", 1,
      .with {
        $0.type = .double(
          .with {
            $0.finite = true
            $0.lessThan = .lt(1)
          })
      })
    message.add(
      "size", 4,
      .with {
        $0.type = .uint64(
          .with {
            $0.lessThan = .lte(.max)
            $0.notIn = [7]
          })
      })
    #expect(try message.check("{}").isEmpty)
    #expect(try message.check(#"{"at":"1969-12-31T23:59:59Z"}"#).map(\.rule) == ["timestamp.gte"])
    #expect(try message.check(#"{"name":""}"#).map(\.rule) == ["string.min_len"])
    #expect(try message.check(#"{"ratio":"NaN"}"#).map(\.rule) == ["double.lt", "double.finite"])
    #expect(try message.check(#"{"size":"7"}"#).map(\.rule) == ["uint64.not_in"])
    #expect(try message.check(#"{"size":"18446744073709551615"}"#).isEmpty)
  }

  @Test func ignoreTurnsRulesOff() throws {
    var message = RuledMessage()
    let rules = BufValidate.FieldRules.TypeOneOf.string(.with { $0.minLen = 3 })
    message.add(
      "zero", 9,
      .with {
        $0.ignore = .init(rawValue: 1)
        $0.type = rules
      })
    message.add(
      "always", 9,
      .with {
        $0.ignore = .init(rawValue: 3)
        $0.type = rules
      })
    #expect(try message.check(#"{"always":"a"}"#).isEmpty)
    #expect(try message.check(#"{"zero":"a"}"#).map(\.path) == ["zero"])
  }

  @Test func looksAtTheLastOfRepeatedSingularFields() throws {
    let schema = try ticket().schema()
    let wire: [UInt8] = [0x0a, 6] + Array("123456".utf8) + [0x0a, 1, 0x61]
    #expect(wire.withUnsafeBytes { schema.validate(wire: $0) }.isEmpty)
    // parent comes in two parts: the title in one, nothing in the other.
    let parts: [UInt8] = [0x0a, 1, 0x61, 0x22, 3, 0x0a, 1, 0x61, 0x22, 0]
    #expect(parts.withUnsafeBytes { schema.validate(wire: $0) }.isEmpty)
  }

  @Test func stopsAtMalformedBytesAndAtTooManyViolations() throws {
    let schema = try ticket().schema()
    for wire: [UInt8] in [[0x0a], [0x0a, 9, 0x61], [0xff], [0x2a, 200, 1]] {
      #expect(wire.withUnsafeBytes { schema.validate(wire: $0) }.isEmpty)
    }
    let wire: [UInt8] = [0x0a, 1, 0x61] + (0..<10_000).map { $0 % 2 == 0 ? 0x2a : 0 }
    #expect(wire.withUnsafeBytes { schema.validate(wire: $0) }.count == Validator.violationsMax)
  }

  @Test func refusesRulesThatItCannotCheck() {
    func refused(_ problem: String, _ type: Int32, label: Int32 = 1, _ rules: BufValidate.FieldRules) {
      var message = RuledMessage()
      message.add("field", type, label: label, rules)
      #expect("\(problem)") { try message.schema() } throws: { error in
        guard let error = error as? SchemaError else { return false }
        return error.element == "test.Request.field" && error.problem.contains(problem)
      }
    }
    refused("for another type", 5, .with { $0.type = .string(.with { $0.minLen = 1 }) })
    refused("for another type", 9, label: 3, .with { $0.type = .string(.with { $0.minLen = 1 }) })
    refused("for another type", 9, .with { $0.type = .repeated(.with { $0.minItems = 1 }) })
    refused("cannot compile", 9, .with { $0.type = .string(.with { $0.pattern = "(" }) })
    refused("does not check", 9, .with { $0.type = .string(.with { $0.wellKnown = .ipv6(true) }) })
    refused(
      "nothing between", 5,
      .with {
        $0.type = .int32(
          .with {
            $0.greaterThan = .gt(5)
            $0.lessThan = .lt(2)
          })
      })
    refused("does not know", 9, .with { $0.unknownFields = UnknownFields(bytes: [0xb8, 0x01, 1]) })
    refused("does not know", 9, .with { $0.type = .string(.with { $0.unknownFields = UnknownFields(bytes: [0xb8, 0x06, 1]) }) })
  }
}
