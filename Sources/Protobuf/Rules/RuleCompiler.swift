/// Turns declared rules into checks, and refuses those that do not fit the field's type or that it does not know.
struct RuleCompiler {
  let subject: RuleSubject
  private(set) var checks: [RuleCheck] = []
  private(set) var items: FieldRules?
  private(set) var keys: FieldRules?

  init(subject: RuleSubject) { self.subject = subject }

  mutating func compile(_ type: BufValidate.FieldRules.TypeOneOf) throws(SchemaError) {
    switch type {
    case .float(let rules): try numbers("float", .float, rules)
    case .double(let rules): try numbers("double", .double, rules)
    case .int32(let rules): try numbers("int32", .int32, rules)
    case .int64(let rules): try numbers("int64", .int64, rules)
    case .uint32(let rules): try numbers("uint32", .uint32, rules)
    case .uint64(let rules): try numbers("uint64", .uint64, rules)
    case .sint32(let rules): try numbers("sint32", .sint32, rules)
    case .sint64(let rules): try numbers("sint64", .sint64, rules)
    case .fixed32(let rules): try numbers("fixed32", .fixed32, rules)
    case .fixed64(let rules): try numbers("fixed64", .fixed64, rules)
    case .sfixed32(let rules): try numbers("sfixed32", .sfixed32, rules)
    case .sfixed64(let rules): try numbers("sfixed64", .sfixed64, rules)
    case .bool(let rules): try numbers("bool", .bool, rules)
    case .enum(let rules): try enumeration(rules)
    case .string(let rules): try string(rules)
    case .bytes(let rules): try bytes(rules)
    case .repeated(let rules): try repeated(rules)
    case .map(let rules): try map(rules)
    case .duration(let rules): try times("duration", .duration, rules)
    case .timestamp(let rules): try times("timestamp", .timestamp, rules)
    }
  }

  private mutating func add(_ id: String, _ rule: Rule, _ text: String) {
    checks.append(RuleCheck(rule: rule, id: id, text: subject.text(id, "\(subject.label)\(text)")))
  }

  private func expect(_ type: FieldType, _ rules: String) throws(SchemaError) {
    guard subject.type == type, !(subject.whole && subject.isCollection) else {
      throw subject.error("bears \(rules) rules, which are for another type")
    }
  }

  private func known(_ fields: UnknownFields, _ rules: String) throws(SchemaError) {
    guard fields.isEmpty else { throw subject.error("bears a \(rules) rule that this program does not know") }
  }

  // MARK: Text

  private mutating func string(_ rules: BufValidate.StringRules) throws(SchemaError) {
    try expect(.string, "string")
    try known(rules.unknownFields, "string")
    let unit = subject.unit
    if let text = rules.const { add("string.const", .equal(Array(text.utf8)), "的值必须为\(text)") }
    if let n = rules.len { add("string.len", .codePoints(n...n), "长度必须为\(n)\(unit)") }
    if let n = rules.minLen { add("string.min_len", .codePoints(n...UInt64.max), "长度至少为\(n)\(unit)") }
    if let n = rules.maxLen { add("string.max_len", .codePoints(0...n), "长度不能超过\(n)\(unit)") }
    if let n = rules.lenBytes { add("string.len_bytes", .byteCount(n...n), "长度必须为\(n)个字节") }
    if let n = rules.minBytes { add("string.min_bytes", .byteCount(n...UInt64.max), "长度至少为\(n)个字节") }
    if let n = rules.maxBytes { add("string.max_bytes", .byteCount(0...n), "长度不能超过\(n)个字节") }
    if let source = rules.pattern { try pattern(source) }
    if let text = rules.prefix { add("string.prefix", .prefix(Array(text.utf8)), "必须以\(text)开头") }
    if let text = rules.suffix { add("string.suffix", .suffix(Array(text.utf8)), "必须以\(text)结尾") }
    if let text = rules.contains { add("string.contains", .contains(Array(text.utf8)), "必须包含\(text)") }
    if let text = rules.notContains { add("string.not_contains", .containsNot(Array(text.utf8)), "不能包含\(text)") }
    if !rules.in.isEmpty {
      add("string.in", .oneOf(rules.in.map { Array($0.utf8) }), "的值无效，可选值：\(rules.in.joined(separator: "、"))")
    }
    if !rules.notIn.isEmpty { add("string.not_in", .noneOf(rules.notIn.map { Array($0.utf8) }), "的值不被允许") }
    switch rules.wellKnown {
    case nil: break
    case .email(let on):
      if on { checks.append(RuleCheck(rule: .email, id: "string.email", text: subject.text("string.email", "邮箱格式不正确"))) }
    case .uri(let on): if on { add("string.uri", .uri, "不是有效的URI") }
    case .uuid(let on): if on { add("string.uuid", .uuid, "不是有效的UUID") }
    default: throw subject.error("bears a string rule that this program does not check: hostname, ip, ipv4, ipv6 or uri_ref")
    }
  }

  private mutating func pattern(_ source: String) throws(SchemaError) {
    do throws(PatternError) {
      add("string.pattern", .pattern(try Pattern(source)), "格式不正确")
    } catch {
      throw subject.error("bears the pattern \(source), which this program cannot compile: \(error.problem)")
    }
  }

  private mutating func bytes(_ rules: BufValidate.BytesRules) throws(SchemaError) {
    try expect(.bytes, "bytes")
    try known(rules.unknownFields, "bytes")
    if let value = rules.const { add("bytes.const", .equal(Array(value)), "的值不被允许") }
    if let n = rules.len { add("bytes.len", .byteCount(n...n), "长度必须为\(n)个字节") }
    if let n = rules.minLen { add("bytes.min_len", .byteCount(n...UInt64.max), "长度至少为\(n)个字节") }
    if let n = rules.maxLen { add("bytes.max_len", .byteCount(0...n), "长度不能超过\(n)个字节") }
    if !rules.in.isEmpty { add("bytes.in", .oneOf(rules.in.map { Array($0) }), "的值无效") }
    if !rules.notIn.isEmpty { add("bytes.not_in", .noneOf(rules.notIn.map { Array($0) }), "的值不被允许") }
  }

  // MARK: Numbers

  /// All numeric rules share their field numbers, so they are read from the wire instead of twelve times from structs.
  private mutating func numbers(_ name: String, _ type: FieldType, _ rules: some Message) throws(SchemaError) {
    try expect(type, name)
    try known(rules.unknownFields, name)
    var sets: [UInt32: [RuleNumber]] = [:]
    let encoded = rules.serializedBytes()
    let finite = encoded.withUnsafeBytes { buffer in
      let range = WireRange(buffer)
      var cursor = WireCursor(range.start, range.end)
      var finite = false
      while let tag = cursor.tag() {
        if tag == 8 << 3 {
          finite = cursor.varint() == 1
        } else if tag & 7 == type.wireType {
          guard let value = RuleNumber.read(type, &cursor) else { break }
          sets[tag >> 3, default: []].append(value)
        } else {
          guard let packed = cursor.delimited() else { break }
          var inner = WireCursor(packed.start, packed.end)
          while let value = RuleNumber.read(type, &inner) { sets[tag >> 3, default: []].append(value) }
        }
      }
      return finite
    }
    if let value = sets[1]?.last {
      add("\(name).const", .numberIn([value]), "的值必须为\(type == .bool ? (value.isZero ? "false" : "true") : value.text)")
    }
    try bounds(name, lt: sets[2]?.last, lte: sets[3]?.last, gt: sets[4]?.last, gte: sets[5]?.last)
    if let values = sets[6] { add("\(name).in", .numberIn(values), "的值无效，可选值：\(values.map(\.text).joined(separator: "、"))") }
    if let values = sets[7] { add("\(name).not_in", .numberNotIn(values), "的值不被允许") }
    if finite { add("\(name).finite", .finite, "必须是有限的数") }
  }

  private mutating func bounds(
    _ name: String, lt: RuleNumber?, lte: RuleNumber?, gt: RuleNumber?, gte: RuleNumber?
  ) throws(SchemaError) {
    if let low = gt ?? gte, let high = lt ?? lte, let order = low.compare(high), order > 0 {
      throw subject.error("bears bounds that leave nothing between them; protovalidate's excluded range is not supported")
    }
    if let value = gt { add("\(name).gt", .greater(value, orEqual: false), "必须大于\(value.text)") }
    if let value = gte { add("\(name).gte", .greater(value, orEqual: true), "不能小于\(value.text)") }
    if let value = lt { add("\(name).lt", .less(value, orEqual: false), "必须小于\(value.text)") }
    if let value = lte { add("\(name).lte", .less(value, orEqual: true), "不能大于\(value.text)") }
  }

  /// Timestamp and Duration rules: the bounds are messages, and their numbers are one higher.
  private mutating func times(_ name: String, _ kind: WellKnownKind, _ rules: some Message) throws(SchemaError) {
    guard subject.message?.wellKnown == kind, !(subject.whole && subject.isCollection) else {
      throw subject.error("bears \(name) rules, which are for another type")
    }
    try known(rules.unknownFields, name)
    var values: [UInt32: RuleNumber] = [:]
    var relative = false
    rules.serializedBytes().withUnsafeBytes { buffer in
      let range = WireRange(buffer)
      var cursor = WireCursor(range.start, range.end)
      while let tag = cursor.tag() {
        guard tag & 7 == WireType.lengthDelimited, let content = cursor.delimited() else {
          relative = true
          return
        }
        values[tag >> 3] = RuleNumber.time(content)
      }
    }
    if relative { throw subject.error("bears \(name).lt_now or gt_now, which this program does not check") }
    if let value = values[2] { add("\(name).const", .numberIn([value]), "的值必须为\(value.text)") }
    try bounds(name, lt: values[3], lte: values[4], gt: values[5], gte: values[6])
  }

  private mutating func enumeration(_ rules: BufValidate.EnumRules) throws(SchemaError) {
    try expect(.enumeration, "enum")
    try known(rules.unknownFields, "enum")
    func name(_ number: Int32) -> String { subject.enumeration?.value(number: number)?.name ?? String(number) }
    if let value = rules.const { add("enum.const", .numberIn([.signed(Int64(value))]), "的值必须为\(name(value))") }
    if rules.definedOnly == true, let schema = subject.enumeration { add("enum.defined_only", .defined(schema), "的值无效") }
    if !rules.in.isEmpty {
      add("enum.in", .numberIn(rules.in.map { .signed(Int64($0)) }), "的值无效，可选值：\(rules.in.map(name).joined(separator: "、"))")
    }
    if !rules.notIn.isEmpty { add("enum.not_in", .numberNotIn(rules.notIn.map { .signed(Int64($0)) }), "的值不被允许") }
  }

  // MARK: Repeated fields and maps

  private mutating func repeated(_ rules: BufValidate.RepeatedRules) throws(SchemaError) {
    guard subject.whole, subject.field.cardinality == .repeated else {
      throw subject.error("bears repeated rules, which are for another type")
    }
    try known(rules.unknownFields, "repeated")
    if let n = rules.minItems { add("repeated.min_items", .count(n...UInt64.max), "至少需要\(n)项") }
    if let n = rules.maxItems { add("repeated.max_items", .count(0...n), "不能超过\(n)项") }
    if rules.unique == true {
      guard subject.field.message == nil else { throw subject.error("bears repeated.unique, which is for scalars") }
      add("repeated.unique", .unique, "不能有重复项")
    }
    if let declared = rules.items { items = try FieldRules(declared, subject.item()) }
  }

  private mutating func map(_ rules: BufValidate.MapRules) throws(SchemaError) {
    guard subject.whole, subject.field.cardinality == .map else { throw subject.error("bears map rules, which are for another type") }
    try known(rules.unknownFields, "map")
    if let n = rules.minPairs { add("map.min_pairs", .count(n...UInt64.max), "至少需要\(n)项") }
    if let n = rules.maxPairs { add("map.max_pairs", .count(0...n), "不能超过\(n)项") }
    if let declared = rules.keys { keys = try FieldRules(declared, subject.item(key: true)) }
    if let declared = rules.values { items = try FieldRules(declared, subject.item()) }
  }
}
