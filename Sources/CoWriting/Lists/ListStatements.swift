import Storage

/// How one selection of a list is counted and paged: a count and the ids of a page, both from an index alone where the order is the
/// usual one. The rows themselves are then read by one statement for all selections, from
/// `json_each($ids) AS page JOIN … ON id = page.value ORDER BY page.key`.
struct ListStatements: Sendable {
  /// `SELECT count(*) …`, with the same parameters as `ids` but for the page and the order.
  var count: StaticString
  /// `SELECT id … ORDER BY … LIMIT $limit OFFSET $skip`.
  var ids: StaticString
  /// Whether `ids` has `$sort` and `$is_ascending`.
  var isSorted = false

  /// Counts the selection and reads the ids of a page; of one moment, because both are read in one transaction.
  ///
  /// - Parameters:
  ///   - parameters: Of the selection, without page and order.
  ///   - kept: The count that is kept of the selection, if it is a whole one: it stands in for `count` unless a time window narrows it.
  func page(_ query: ListQuery, _ parameters: SQLParameters, kept: KeptCount? = nil, _ transaction: ReadTransaction) throws
    -> (total: Int64, ids: [Int64])
  {
    let total =
      if let kept, query.window.isOpen { try kept.read(transaction) } else { try transaction.integer(count, parameters) ?? 0 }
    guard query.page.skip < total else { return (total, []) }
    let whole = isSorted ? parameters.of(query.page).by(query.sort) : parameters.of(query.page)
    return (total, try transaction.query(ids, whole) { try $0.integer(0) })
  }
}

extension SQLParameters {
  /// `$ids`, as the JSON that `json_each` reads.
  static func ids(_ ids: [Int64]) -> SQLParameters { ["ids": .ids(ids)] }
}

extension SQLValue {
  /// The JSON that `json_each` reads.
  static func ids(_ ids: [Int64]) -> SQLValue { .text("[" + ids.map(String.init).joined(separator: ",") + "]") }
}
