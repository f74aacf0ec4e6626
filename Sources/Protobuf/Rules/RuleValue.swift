import Glibc

/// One value as rules see it.
enum RuleValue {
  /// Not in the bytes: the default of a plain field.
  case absent
  /// Text, bytes, or a message's content.
  case bytes(WireRange)
  /// A message that came in several parts.
  case merged([UInt8])
  /// A number, boolean, enum value or time.
  case number(RuleNumber)

  init(merged: [UInt8]) { self = .merged(merged) }

  /// The default of a type.
  init(zero type: FieldType) {
    self = type.wireType == WireType.lengthDelimited ? .absent : .number(.zero(type))
  }

  /// The value at `start`; nil if it is cut off.
  init?(_ type: FieldType, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    var cursor = WireCursor(start, end)
    self.init(type, &cursor)
  }

  init?(_ type: FieldType, _ cursor: inout WireCursor) {
    if type.wireType == WireType.lengthDelimited {
      guard let range = cursor.delimited() else { return nil }
      self = .bytes(range)
    } else {
      guard let number = RuleNumber.read(type, &cursor) else { return nil }
      self = .number(number)
    }
  }

  /// Whether it is the default of its type; for a message, whether it is empty.
  var isZero: Bool {
    switch self {
    case .absent: true
    case .bytes(let range): range.count == 0
    case .merged(let bytes): bytes.isEmpty
    case .number(let number): number.isZero
    }
  }

  /// Bytes that differ where the values do.
  var identity: [UInt8] {
    switch self {
    case .absent: []
    case .bytes(let range): Array(range.bytes)
    case .merged(let bytes): bytes
    case .number(let number): Array(number.text.utf8)
    }
  }

  /// As a path names it, as the key of a map.
  var text: String {
    switch self {
    case .absent: ""
    case .bytes(let range): String(decoding: range.bytes, as: UTF8.self)
    case .merged(let bytes): String(decoding: bytes, as: UTF8.self)
    case .number(let number): number.text
    }
  }
}

extension Rule {
  /// Whether the value obeys the rule. `type` is the field's, for the default that an absent value stands for.
  func holds(_ value: RuleValue, _ type: FieldType) -> Bool {
    switch value {
    case .number(let number): return holds(number)
    case .bytes(let range): return holds(range)
    case .merged(let bytes): return bytes.withUnsafeBytes { holds(WireRange($0)) }
    case .absent:
      if type.wireType != WireType.lengthDelimited { return holds(RuleNumber.zero(type)) }
      return holds(WireRange(UnsafeRawBufferPointer(start: nil, count: 0)))
    }
  }

  private func holds(_ number: RuleNumber) -> Bool {
    switch self {
    case .less(let bound, let orEqual):
      guard let order = number.compare(bound) else { return false }
      return order < 0 || orEqual && order == 0
    case .greater(let bound, let orEqual):
      guard let order = number.compare(bound) else { return false }
      return order > 0 || orEqual && order == 0
    case .numberIn(let values): return values.contains { number.compare($0) == 0 }
    case .numberNotIn(let values): return !values.contains { number.compare($0) == 0 }
    case .finite:
      guard case .real(let value) = number else { return true }
      return value.isFinite
    case .defined(let schema):
      guard case .signed(let value) = number, let value = Int32(exactly: value) else { return false }
      return schema.value(number: value) != nil
    default: return true
    }
  }

  private func holds(_ text: WireRange) -> Bool {
    switch self {
    case .codePoints(let allowed): return Rule.length(text, allowed)
    case .byteCount(let allowed): return allowed.contains(UInt64(text.count))
    case .equal(let bytes): return Rule.same(text, bytes)
    case .oneOf(let choices): return choices.contains { Rule.same(text, $0) }
    case .noneOf(let choices): return !choices.contains { Rule.same(text, $0) }
    case .prefix(let bytes): return text.bytes.starts(with: bytes)
    case .suffix(let bytes): return text.bytes.suffix(bytes.count).elementsEqual(bytes)
    case .contains(let bytes): return Rule.find(bytes, in: text)
    case .containsNot(let bytes): return !Rule.find(bytes, in: text)
    case .pattern(let pattern): return pattern.matches(text)
    case .email: return TextForms.isEmail(text)
    case .uri: return TextForms.isURI(text)
    case .uuid: return TextForms.isUUID(text)
    default: return true
    }
  }

  /// Whether the text has an allowed number of code points; counted only where the number of bytes leaves it open.
  private static func length(_ text: WireRange, _ allowed: ClosedRange<UInt64>) -> Bool {
    let bytes = UInt64(text.count)
    if bytes < allowed.lowerBound { return false }
    // A code point has one to four bytes.
    if bytes <= allowed.upperBound, (bytes + 3) / 4 >= allowed.lowerBound { return true }
    return allowed.contains(UInt64(TextScan.codePoints(text)))
  }

  private static func same(_ text: WireRange, _ bytes: [UInt8]) -> Bool {
    text.count == bytes.count && memcmp(text.start, bytes, bytes.count) == 0
  }

  private static func find(_ bytes: [UInt8], in text: WireRange) -> Bool {
    guard text.count >= bytes.count else { return false }
    return (0...(text.count - bytes.count)).contains { memcmp(text.start + $0, bytes, bytes.count) == 0 }
  }
}
