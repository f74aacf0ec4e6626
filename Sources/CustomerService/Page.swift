import Storage

/// Which part of a list is asked for.
struct Page: Sendable {
  /// How many rows to leave out from the front, 0 or more.
  var skip: Int64
  /// How many rows to give at most, 1 or more.
  var limit: Int64

  /// - Parameter usual: The limit where the request names none.
  init(skip: Int64?, limit: Int32?, usual: Int64 = 10) {
    self.skip = skip ?? 0
    self.limit = limit.map(Int64.init) ?? usual
  }
}

extension SQLParameters {
  /// The same with `$limit` and `$skip` of a page.
  func of(_ page: Page) -> SQLParameters {
    var all = self
    all.append("limit", .integer(page.limit))
    all.append("skip", .integer(page.skip))
    return all
  }
}
