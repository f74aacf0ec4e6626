/// A company as it is stored. Optional texts are nil where nothing is known, never empty.
struct Company: Equatable, Sendable {
  /// 0 before it is stored.
  var id: Int64 = 0
  /// Who made it, and whose it is.
  var ownerID: Int64
  var name: String
  /// 统一社会信用代码, as it was given: its check digit is not looked at, because the document's own examples fail it.
  var creditCode: String?
  var legalRepresentative: String?
  var contactPhone: String?
  var contactEmail: String?
  var address: String?
  var industry: String?
  var businessScope: String?
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64
}

/// What belongs to a company, as of the transaction that read it.
struct CompanyCounts: Equatable, Sendable {
  var projects: Int64 = 0
  var completedProjects: Int64 = 0

  /// Not deleted and not completed.
  var activeProjects: Int64 { projects - completedProjects }
}
