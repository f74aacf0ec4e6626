/// What `buf.validate.field` demands of a field, ready to be checked on wire bytes.
///
/// Rules of protovalidate that this program cannot check are refused when the schema is built, never passed over.
public final class FieldRules: Sendable {  // a class, so that looking at it on every request counts one reference
  /// Whether the field must be set; of a plain field: must not hold its default.
  public let required: Bool
  let ignoresZero: Bool
  let ignored: Bool
  /// The rules of one value; for a repeated field or map those of the whole.
  let checks: [RuleCheck]
  /// The rules of every item of a repeated field, or every value of a map.
  let items: FieldRules?
  /// The rules of every key of a map.
  let keys: FieldRules?
  let requiredText: String

  convenience init(_ declared: BufValidate.FieldRules, of field: FieldSchema, in message: MessageSchema) throws(SchemaError) {
    try self.init(declared, RuleSubject(field: field, message: message))
  }

  init(_ declared: BufValidate.FieldRules, _ subject: RuleSubject) throws(SchemaError) {
    guard declared.unknownFields.isEmpty else { throw subject.error("bears a rule that this program does not know") }
    required = declared.required ?? false
    ignoresZero = declared.ignore?.rawValue == 1
    ignored = declared.ignore?.rawValue == 3
    requiredText = subject.text("required", "\(subject.label)不能为空")
    var compiler = RuleCompiler(subject: subject)
    if let type = declared.type { try compiler.compile(type) }
    checks = compiler.checks
    items = compiler.items
    keys = compiler.keys
  }
}

/// One rule, with what a caller reads who breaks it.
final class RuleCheck: Sendable {
  let rule: Rule
  /// Such as "string.min_len".
  let id: String
  let text: String

  init(rule: Rule, id: String, text: String) {
    self.rule = rule
    self.id = id
    self.text = text
  }
}

/// What one rule demands.
enum Rule: Sendable {
  case codePoints(ClosedRange<UInt64>)
  case byteCount(ClosedRange<UInt64>)
  case equal([UInt8])
  case oneOf([[UInt8]])
  case noneOf([[UInt8]])
  case prefix([UInt8])
  case suffix([UInt8])
  case contains([UInt8])
  case containsNot([UInt8])
  case pattern(Pattern)
  case email
  case uri
  case uuid
  case less(RuleNumber, orEqual: Bool)
  case greater(RuleNumber, orEqual: Bool)
  case numberIn([RuleNumber])
  case numberNotIn([RuleNumber])
  case finite
  case defined(EnumSchema)
  case count(ClosedRange<UInt64>)
  case unique
}

/// The field that rules are compiled for.
struct RuleSubject {
  let field: FieldSchema
  let element: String
  /// The type of the value: of a wrapper message that of what it wraps.
  var type: FieldType
  var enumeration: EnumSchema?
  var message: MessageSchema?
  /// Whether the rules are of the whole field instead of one item or value.
  var whole: Bool

  init(field: FieldSchema, message: MessageSchema) {
    self.field = field
    element = "\(message.fullName).\(field.name)"
    type = field.type
    enumeration = field.enumeration
    self.message = field.message
    whole = true
    unwrap()
  }

  /// The subject of the items, or of the values or keys of a map.
  func item(key: Bool = false) -> RuleSubject {
    var item = self
    item.whole = false
    if field.cardinality == .map, let entry = field.message {
      let inner = entry.fields[key ? 0 : 1]
      (item.type, item.enumeration, item.message) = (inner.type, inner.enumeration, inner.message)
    }
    item.unwrap()
    return item
  }

  private mutating func unwrap() {
    guard let message, message.wellKnown?.isWrapper == true, !(whole && isCollection) else { return }
    type = message.fields[0].type
  }

  var isCollection: Bool { field.cardinality == .repeated || field.cardinality == .map }

  func error(_ problem: String) -> SchemaError { SchemaError(element: element, problem: problem) }

  var label: String { field.label }

  var unit: String {
    guard let unit = field.text?.unit, !unit.isEmpty else { return "个字符" }
    return unit
  }

  /// The text that the `.proto` fixes for the rule, else the usual one.
  func text(_ rule: String, _ usual: @autoclosure () -> String) -> String {
    field.text?.texts.first { $0.rule == rule }?.text ?? usual()
  }
}
