import Storage

/// How many rows of a kind an owner has that are not deleted: kept by triggers beside the rows, so that the total of a list costs the
/// same however long it is. All SQL about `cw_counts`.
struct KeptCount: Equatable, Sendable {
  enum Kind: String, Sendable {
    case users, companies, projects, documents, generations, exports
  }

  var kind: Kind
  /// 0 for everybody's.
  var ownerID: Int64

  static func all(_ kind: Kind) -> KeptCount { KeptCount(kind: kind, ownerID: 0) }

  static func of(_ ownerID: Int64, _ kind: Kind) -> KeptCount { KeptCount(kind: kind, ownerID: ownerID) }

  func read(_ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer(Self.sql, ["kind": .text(kind.rawValue), "owner_id": .integer(ownerID)]) ?? 0
  }

  static let sql: StaticString = "SELECT number FROM cw_counts WHERE kind = $kind AND owner_id = $owner_id"
}
