/// What a list is sorted by. Rows that are alike in it are sorted by id, in the same direction.
///
/// A statement whose ORDER BY depends on a parameter walks no index. So each list has statements of its own for its usual order, and one
/// for all others, in which `$sort` picks among the list's columns:
///
///     ORDER BY
///       CASE $sort WHEN 'name asc' THEN name WHEN 'updated_at asc' THEN updated_at WHEN 'created_at asc' THEN created_at END,
///       CASE $sort WHEN 'name desc' THEN name WHEN 'updated_at desc' THEN updated_at WHEN 'created_at desc' THEN created_at END DESC,
///       CASE WHEN $is_ascending THEN id END, id DESC
struct ListSort: Equatable, Sendable {
  /// A column of the list's `in` rule.
  var column: String
  var isAscending: Bool

  static let newestFirst = ListSort(column: "created_at", isAscending: false)

  /// `$sort`: the column and the direction.
  var text: String { column + (isAscending ? " asc" : " desc") }
}
