import Protobuf
import Storage

/// What every list can be asked for: a page, an order and a time window (chapter 分页和过滤 of the document).
struct ListQuery: Equatable, Sendable {
  var page: ListPage
  var sort: ListSort
  var window: ListWindow

  init(page: ListPage = ListPage(number: nil, size: nil), sort: ListSort = .newestFirst, window: ListWindow = ListWindow()) {
    self.page = page
    self.sort = sort
    self.window = window
  }

  /// - Parameters:
  ///   - request: Checked by the rules of the proto.
  ///   - usual: The order when it names none; it names a direction alone: of the usual column.
  init(_ request: some ListRequest, usual: ListSort = .newestFirst) {
    page = ListPage(number: request.page, size: request.size)
    sort = ListSort(
      column: request.sortBy ?? usual.column, isAscending: request.sortOrder.map { $0 == "asc" } ?? usual.isAscending)
    window = ListWindow(after: request.createdAfter, before: request.createdBefore)
  }
}

extension SQLParameters {
  /// The same with `$created_after` and `$created_before`: `created_at >= $created_after AND created_at < $created_before`.
  func within(_ window: ListWindow) -> SQLParameters {
    var all = self
    all.append("created_after", .integer(window.after))
    all.append("created_before", .integer(window.before))
    return all
  }

  /// The same with `$limit` and `$skip`.
  func of(_ page: ListPage) -> SQLParameters {
    var all = self
    all.append("limit", .integer(Int64(page.size)))
    all.append("skip", .integer(page.skip))
    return all
  }

  /// The same with `$sort` and `$is_ascending`.
  func by(_ sort: ListSort) -> SQLParameters {
    var all = self
    all.append("sort", .text(sort.text))
    all.append("is_ascending", .bool(sort.isAscending))
    return all
  }

  /// The same with `$first_owner` and `$last_owner`.
  func ownedBy(_ owners: ListOwners) -> SQLParameters {
    var all = self
    all.append("first_owner", .integer(owners.first))
    all.append("last_owner", .integer(owners.last))
    return all
  }

  /// The same with one more integer.
  func adding(_ name: StaticString, _ value: Int64) -> SQLParameters {
    var all = self
    all.append(name, .integer(value))
    return all
  }
}
