/// One value of a column or parameter, of the five types that SQLite stores.
public enum SQLValue: Sendable, Equatable {
  case null
  case integer(Int64)
  case double(Double)
  case text(String)
  case blob([UInt8])

  public static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }

  /// Booleans are stored as 0 and 1.
  public static func bool(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0 as Int64) }

  public static func optionalText(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
  public static func optionalInteger(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
  public static func optionalBool(_ value: Bool?) -> SQLValue { value.map { .bool($0) } ?? .null }
  public static func optionalBlob(_ value: [UInt8]?) -> SQLValue { value.map { .blob($0) } ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral {
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
}
