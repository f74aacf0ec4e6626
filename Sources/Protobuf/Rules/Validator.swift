import Glibc

extension MessageSchema {
  /// Checks a message in binary format against the rules of its `.proto`, and all text for U+0000.
  ///
  /// No Swift message is made, so that a request is refused before it costs anything. Where `wire` is not the message's
  /// binary format, the check ends there: decoding refuses it.
  ///
  /// - Returns: What is broken, in declaration order; at most `Validator.violationsMax`.
  public func validate(wire: UnsafeRawBufferPointer) -> [FieldViolation] {
    guard plan.pointee.checked else { return [] }
    var validator = Validator()
    validator.message(self, WireRange(wire), depth: BinaryReader.depthMax)
    return validator.violations
  }
}

/// Walks wire bytes beside a schema and collects what breaks a rule.
public struct Validator {
  /// An answer with more would help nobody, and a hostile request could ask for millions.
  public static let violationsMax = 100

  private(set) var violations: [FieldViolation] = []
  private var steps: [JSONPathStep] = []
  /// The field that is looked at, as long as it is not among the steps: most fields break nothing and need no path.
  private var leaf: UnsafePointer<FieldPlan>?

  /// What the bytes of a message hold of one field.
  private struct Found {
    /// Behind the tag of the last occurrence.
    var last: UnsafePointer<UInt8>?
    /// Where the first tag starts.
    var first: UnsafePointer<UInt8>?
    var count: UInt64 = 0
  }

  private var isFull: Bool { violations.count >= Validator.violationsMax }

  private mutating func report(_ rule: String, _ text: String) {
    guard !isFull else { return }
    let path = leaf.map { steps + [.field($0.pointee.name)] } ?? steps
    violations.append(FieldViolation(path: JSONPathStep.text(outerFirst: path), rule: rule, message: text))
  }

  // MARK: Messages

  mutating func message(_ schema: MessageSchema, _ range: WireRange, depth: Int) {
    guard depth > 0, schema.plan.pointee.checked, !isFull else { return }
    let plan = UnsafePointer(schema.plan)
    withUnsafeTemporaryAllocation(of: Found.self, capacity: max(plan.pointee.count, 1)) { found in
      found.initialize(repeating: Found())
      guard index(plan, range, found) else { return }
      for i in 0..<plan.pointee.count {
        let field = UnsafePointer(plan.pointee.fields) + i
        let subject = schema.fields[i]
        guard subject.rules != nil || field.pointee.type == .string || field.pointee.message?.pointee.checked == true else { continue }
        leaf = field
        self.field(subject, field, found[i], range, depth: depth)
      }
      leaf = nil
      for (i, oneof) in schema.oneofs.enumerated() where oneof.required {
        if (0..<plan.pointee.count).contains(where: { plan.pointee.fields[$0].oneof == i && found[$0].count > 0 }) { continue }
        steps.append(.name(oneof.name))
        report("required", "必须提供\(oneof.fields.map(\.restName).joined(separator: "、"))中的一项")
        steps.removeLast()
      }
    }
  }

  /// Notes where each field's values lie; false where the bytes are malformed.
  private func index(_ plan: UnsafePointer<MessagePlan>, _ range: WireRange, _ found: UnsafeMutableBufferPointer<Found>) -> Bool {
    let fields = UnsafePointer(plan.pointee.fields)
    var cursor = WireCursor(range.start, range.end)
    while !cursor.atEnd {
      let start = cursor.p
      guard let tag = cursor.tag() else { return false }
      let i = plan.pointee.index(ofNumber: tag >> 3)
      if i >= 0, let count = Validator.values(fields + i, tag, cursor) {
        if fields[i].oneof >= 0 { clearOthers(of: i, plan, found) }
        if found[i].first == nil { found[i].first = start }
        found[i].last = cursor.p
        found[i].count += count
      }
      guard cursor.skip(tag) else { return false }
    }
    return true
  }

  private func clearOthers(of member: Int, _ plan: UnsafePointer<MessagePlan>, _ found: UnsafeMutableBufferPointer<Found>) {
    for i in 0..<plan.pointee.count where i != member && plan.pointee.fields[i].oneof == plan.pointee.fields[member].oneof {
      found[i] = Found()
    }
  }

  /// How many values an occurrence holds; nil where its wire type is not the field's.
  private static func values(_ field: UnsafePointer<FieldPlan>, _ tag: UInt32, _ cursor: WireCursor) -> UInt64? {
    if tag == field.pointee.tag { return 1 }
    guard field.pointee.cardinality == .repeated, tag & 7 == WireType.lengthDelimited, field.pointee.type.isPackable else { return nil }
    var cursor = cursor
    guard let packed = cursor.delimited() else { return nil }
    switch field.pointee.type.wireType {
    case WireType.fixed32: return UInt64(packed.count / 4)
    case WireType.fixed64: return UInt64(packed.count / 8)
    default: return UInt64(packed.bytes.reduce(0) { $0 + ($1 < 0x80 ? 1 : 0) })
    }
  }

  /// Does what has paths that go on from the leaf.
  private mutating func inside(_ body: (inout Self) -> Void) {
    let outer = leaf
    if let outer { steps.append(.field(outer.pointee.name)) }
    leaf = nil
    body(&self)
    leaf = outer
    if outer != nil { steps.removeLast() }
  }

  // MARK: Fields

  private mutating func field(_ subject: FieldSchema, _ field: UnsafePointer<FieldPlan>, _ found: Found, _ range: WireRange, depth: Int) {
    let rules = subject.rules
    if rules?.ignored == true { return }
    switch field.pointee.cardinality {
    case .repeated, .map:
      if let rules {
        if rules.required, found.count == 0 { return report("required", rules.requiredText) }
        if !(rules.ignoresZero && found.count == 0) {
          for check in rules.checks {
            if case .count(let allowed) = check.rule, !allowed.contains(found.count) { report(check.id, check.text) }
          }
        }
      }
      if found.count > 0 { inside { $0.items(subject, field, found, range, depth: depth) } }
    default: single(subject, field, found, range, depth: depth)
    }
  }

  private mutating func single(_ subject: FieldSchema, _ field: UnsafePointer<FieldPlan>, _ found: Found, _ range: WireRange, depth: Int) {
    let isImplicit = field.pointee.cardinality == .implicit
    guard found.count > 0 || isImplicit else {
      if let rules = subject.rules, rules.required { report("required", rules.requiredText) }
      return
    }
    var value = RuleValue.absent
    if found.count > 1, field.pointee.message != nil {
      value = RuleValue(merged: contents(of: field, in: range))
    } else if let last = found.last {
      guard let read = RuleValue(field.pointee.type, last, range.end) else { return }
      value = read
    }
    check(value, subject.rules, field, isImplicit: isImplicit, depth: depth, subject)
  }

  private func contents(of field: UnsafePointer<FieldPlan>, in range: WireRange) -> [UInt8] {
    var bytes: [UInt8] = []
    var cursor = WireCursor(range.start, range.end)
    while let tag = cursor.tag() {
      if tag == field.pointee.tag, let content = cursor.delimited() {
        bytes += content.bytes
      } else if !cursor.skip(tag) {
        break
      }
    }
    return bytes
  }

  /// Checks one value, wherever it stands.
  private mutating func check(
    _ value: RuleValue, _ rules: FieldRules?, _ field: UnsafePointer<FieldPlan>, isImplicit: Bool, depth: Int, _ subject: FieldSchema,
    label: FieldSchema? = nil
  ) {
    let message = subject.message
    if rules?.ignored == true { return }
    if case .merged(let bytes) = value {
      bytes.withUnsafeBytes {
        check(.bytes(WireRange($0)), rules, field, isImplicit: isImplicit, depth: depth, subject, label: label)
      }
      return
    }
    let isZero = value.isZero
    if let rules {
      if rules.required, isImplicit, isZero { return report("required", rules.requiredText) }
      if rules.ignoresZero, isZero { return }
    }
    if field.pointee.type == .string, case .bytes(let text) = value, text.count > 0, memchr(text.start, 0, text.count) != nil {
      report("string.nul", "\((label ?? subject).label)不能包含空字符")
    }
    if let rules {
      let inner = message.flatMap { Validator.unwrap(value, $0) } ?? value
      for check in rules.checks where !check.rule.holds(inner, field.pointee.type) { report(check.id, check.text) }
    }
    if let message, case .bytes(let content) = value { inside { $0.message(message, content, depth: depth - 1) } }
  }

  /// The value inside a wrapper message, the times of a Timestamp or Duration; nil for other messages.
  private static func unwrap(_ value: RuleValue, _ message: MessageSchema) -> RuleValue? {
    guard case .bytes(let content) = value, let kind = message.wellKnown else { return nil }
    if kind == .timestamp || kind == .duration { return RuleNumber.time(content).map { .number($0) } }
    guard kind.isWrapper else { return nil }
    let field = message.plan.pointee.fields[0]
    var last = RuleValue(zero: field.type)
    var cursor = WireCursor(content.start, content.end)
    while let tag = cursor.tag() {
      if tag == field.tag, let read = RuleValue(field.type, cursor.p, content.end) { last = read }
      guard cursor.skip(tag) else { break }
    }
    return last
  }

  // MARK: Items

  private mutating func items(_ subject: FieldSchema, _ field: UnsafePointer<FieldPlan>, _ found: Found, _ range: WireRange, depth: Int) {
    guard let first = found.first else { return }
    let isMap = field.pointee.cardinality == .map
    let rules = subject.rules
    let unique = rules?.checks.first { if case .unique = $0.rule { true } else { false } }
    var seen: Set<[UInt8]> = []
    var isUnique = true
    var index = 0
    var cursor = WireCursor(first, range.end)
    while !isFull, let tag = cursor.tag() {
      let start = cursor.p
      guard cursor.skip(tag) else { return }
      guard tag >> 3 == field.pointee.number, Validator.values(field, tag, WireCursor(start, range.end)) != nil else { continue }
      var values = WireCursor(start, cursor.p)
      if tag != field.pointee.tag {
        guard let packed = values.delimited() else { return }
        values = WireCursor(packed.start, packed.end)
      }
      while !values.atEnd, let value = RuleValue(field.pointee.type, &values) {
        if unique != nil, isUnique, !seen.insert(value.identity).inserted { isUnique = false }
        if isMap, let entry = subject.message, case .bytes(let content) = value {
          pair(entry, subject, content, depth: depth)
        } else {
          steps.append(.index(index))
          check(value, rules?.items, field, isImplicit: true, depth: depth, subject)
          steps.removeLast()
        }
        index += 1
      }
    }
    if let unique, !isUnique { report(unique.id, unique.text) }
  }

  private mutating func pair(_ entry: MessageSchema, _ map: FieldSchema, _ content: WireRange, depth: Int) {
    let fields = UnsafePointer(entry.plan.pointee.fields)
    var key = RuleValue(zero: fields[0].type)
    var value = RuleValue(zero: fields[1].type)
    var cursor = WireCursor(content.start, content.end)
    while let tag = cursor.tag() {
      if tag == fields[0].tag, let read = RuleValue(fields[0].type, cursor.p, content.end) { key = read }
      if tag == fields[1].tag, let read = RuleValue(fields[1].type, cursor.p, content.end) { value = read }
      guard cursor.skip(tag) else { return }
    }
    steps.append(.key(key.text))
    check(key, map.rules?.keys, fields, isImplicit: true, depth: depth, entry.fields[0], label: map)
    check(value, map.rules?.items, fields + 1, isImplicit: true, depth: depth, entry.fields[1], label: map)
    steps.removeLast()
  }
}
