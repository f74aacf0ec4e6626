/// The values of a statement's parameters by name: `["id": .text(id)]` for `$id` in the SQL.
///
/// By name, because SQLite numbers `$name` by first appearance and PostgreSQL has numbers only.
public struct SQLParameters: Sendable, ExpressibleByDictionaryLiteral {
  var values: [(name: StaticString, value: SQLValue)]

  public init(dictionaryLiteral elements: (StaticString, SQLValue)...) {
    values = elements.map { (name: $0.0, value: $0.1) }
  }

  /// Adds one more; a name is given only once.
  public mutating func append(_ name: StaticString, _ value: SQLValue) { values.append((name, value)) }
}
