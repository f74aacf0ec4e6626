/// Somebody to talk to at a company, as they are stored. Optional texts are nil where nothing is known, never empty.
struct Contact: Equatable, Sendable {
  /// 0 before it is stored.
  var id: Int64 = 0
  var companyID: Int64
  var name: String
  var position: String?
  var phone: String?
  var email: String?
  var department: String?
  /// The one to talk to first: one at most of a company.
  var isPrimary = false
  var isActive = true
  var notes: String?
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64
}
