/// A number as rules compare it: each kind keeps all its digits.
enum RuleNumber: Sendable, Equatable {
  case signed(Int64)
  case unsigned(UInt64)
  case real(Double)
  /// Of google.protobuf.Timestamp and Duration.
  case time(seconds: Int64, nanos: Int32)

  /// Negative, 0 or positive as `self` is less than, equal to or greater than `other`; nil where NaN is involved.
  func compare(_ other: RuleNumber) -> Int? {
    switch (self, other) {
    case (.signed(let a), .signed(let b)): return a == b ? 0 : a < b ? -1 : 1
    case (.unsigned(let a), .unsigned(let b)): return a == b ? 0 : a < b ? -1 : 1
    case (.real(let a), .real(let b)): return a == b ? 0 : a < b ? -1 : a > b ? 1 : nil
    case (.time(let a, let an), .time(let b, let bn)): return (a, an) == (b, bn) ? 0 : (a, an) < (b, bn) ? -1 : 1
    default: return nil
    }
  }

  /// Whether it is the default of its type.
  var isZero: Bool {
    switch self {
    case .signed(let value): value == 0
    case .unsigned(let value): value == 0
    case .real(let value): value.bitPattern == 0
    case .time(let seconds, let nanos): seconds == 0 && nanos == 0
    }
  }

  /// As texts name it.
  var text: String {
    var sink = ByteSink(capacity: 32)
    switch self {
    case .signed(let value): NumberFormat.append(value, to: &sink)
    case .unsigned(let value): NumberFormat.append(value, to: &sink)
    case .real(let value): NumberFormat.append(value, to: &sink)
    case .time(let seconds, let nanos):
      if !TimestampText.append(seconds: seconds, nanos: nanos, to: &sink) { NumberFormat.append(seconds, to: &sink) }
    }
    return String(decoding: sink.contents, as: UTF8.self)
  }

  /// The value of a numeric, boolean or enum type that the cursor stands at; nil if it is cut off or of another type.
  static func read(_ type: FieldType, _ cursor: inout WireCursor) -> RuleNumber? {
    switch type.wireType {
    case WireType.fixed32: return cursor.fixed32().map { fixed32(type, $0) }
    case WireType.fixed64: return cursor.fixed64().map { fixed64(type, $0) }
    case WireType.varint: return cursor.varint().map { varint(type, $0) }
    default: return nil
    }
  }

  private static func fixed32(_ type: FieldType, _ raw: UInt32) -> RuleNumber {
    switch type {
    case .float: .real(Double(Float(bitPattern: raw)))
    case .sfixed32: .signed(Int64(Int32(bitPattern: raw)))
    default: .unsigned(UInt64(raw))
    }
  }

  private static func fixed64(_ type: FieldType, _ raw: UInt64) -> RuleNumber {
    switch type {
    case .double: .real(Double(bitPattern: raw))
    case .sfixed64: .signed(Int64(bitPattern: raw))
    default: .unsigned(raw)
    }
  }

  private static func varint(_ type: FieldType, _ raw: UInt64) -> RuleNumber {
    switch type {
    case .uint32: .unsigned(UInt64(UInt32(truncatingIfNeeded: raw)))
    case .uint64: .unsigned(raw)
    case .bool: .unsigned(raw == 0 ? 0 : 1)
    case .int32, .enumeration: .signed(Int64(Int32(truncatingIfNeeded: raw)))
    case .sint32, .sint64: .signed(Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
    default: .signed(Int64(bitPattern: raw))
    }
  }

  /// The default of a type that `read` reads.
  static func zero(_ type: FieldType) -> RuleNumber {
    switch type {
    case .double, .float: .real(0)
    case .uint32, .uint64, .fixed32, .fixed64, .bool: .unsigned(0)
    default: .signed(0)
    }
  }

  /// The content of a google.protobuf.Timestamp or Duration; nil if malformed.
  static func time(_ range: WireRange) -> RuleNumber? {
    var cursor = WireCursor(range.start, range.end)
    var seconds: Int64 = 0
    var nanos: Int32 = 0
    while !cursor.atEnd {
      guard let tag = cursor.tag() else { return nil }
      switch tag {
      case 8:
        guard let raw = cursor.varint() else { return nil }
        seconds = Int64(bitPattern: raw)
      case 16:
        guard let raw = cursor.varint() else { return nil }
        nanos = Int32(truncatingIfNeeded: raw)
      default:
        guard cursor.skip(tag) else { return nil }
      }
    }
    return .time(seconds: seconds, nanos: nanos)
  }
}
