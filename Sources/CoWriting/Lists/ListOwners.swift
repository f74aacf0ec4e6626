import RPC

/// Whose rows the caller may see: an ordinary user's own, an administrator's everybody's.
///
/// As a range of ids, so that one statement serves both and never reads more than the rows it may give:
/// `user_id BETWEEN $first_owner AND $last_owner`.
struct ListOwners: Equatable, Sendable {
  var first: Int64
  var last: Int64

  static let everybody = ListOwners(first: .min, last: .max)

  /// Nobody's: what a user gets who asks for somebody else's.
  static let nobody = ListOwners(first: 1, last: 0)

  static func only(_ id: Int64) -> ListOwners { ListOwners(first: id, last: id) }

  /// The one owner; nil for everybody.
  var one: Int64? { first == last ? first : nil }

  /// Whether a row of `owner` is the caller's to see.
  func contains(_ owner: Int64) -> Bool { first <= owner && owner <= last }
}

extension ServerCall {
  /// Whose rows the caller reaches.
  func owners() throws -> ListOwners {
    try caller().role == User.Role.admin ? .everybody : .only(try callerID())
  }

  /// The same for lists with a filter by user: an ordinary user who asks for somebody else's gets none.
  ///
  /// - Parameter userID: The filter; nil for none.
  func owners(of userID: Int64?) throws -> ListOwners {
    let reached = try owners()
    guard let userID else { return reached }
    return reached.contains(userID) ? .only(userID) : .nobody
  }
}
