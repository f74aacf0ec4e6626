import Storage

/// All SQL about companies.
enum CompanyStore {
  /// A company that is not deleted.
  ///
  /// - Parameter owners: Anybody else's is not there.
  static func company(_ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction) throws -> Company? {
    try transaction.first(
      "SELECT * FROM cw_companies WHERE id = $id AND +user_id BETWEEN $first_owner AND $last_owner AND deleted_at IS NULL",
      (["id": .integer(id)] as SQLParameters).ownedBy(owners), company)
  }

  static func counts(of id: Int64, _ transaction: ReadTransaction) throws -> CompanyCounts {
    try transaction.first(countsSQL, ["id": .integer(id)], counts) ?? CompanyCounts()
  }

  static let countsSQL: StaticString = """
    SELECT
      (SELECT count(*) FROM cw_projects WHERE company_id = $id AND deleted_at IS NULL) AS projects_count,
      (SELECT count(*) FROM cw_projects WHERE company_id = $id AND status = 'completed' AND deleted_at IS NULL) AS completed_projects_count
    """

  /// How many documents the company's projects have.
  static func documentsCount(of id: Int64, _ transaction: ReadTransaction) throws -> Int64 {
    try transaction.integer(documentsCountSQL, ["id": .integer(id)]) ?? 0
  }

  static let documentsCountSQL: StaticString = """
    SELECT count(*) FROM cw_projects AS p JOIN cw_documents AS d ON d.project_id = p.id AND d.deleted_at IS NULL
    WHERE p.company_id = $id AND p.deleted_at IS NULL
    """

  /// Whether an owner has another company with the code, in whatever case.
  static func isTaken(_ code: String, of owner: Int64, except id: Int64, _ transaction: ReadTransaction) throws -> Bool {
    try transaction.integer(
      isTakenSQL, ["owner_id": .integer(owner), "code": .text(code), "id": .integer(id)]) == 1
  }

  static let isTakenSQL: StaticString = """
    SELECT EXISTS (
      SELECT 1 FROM cw_companies
      WHERE user_id = $owner_id AND upper(unified_social_credit_code) = upper($code) AND unified_social_credit_code IS NOT NULL
        AND id <> $id AND deleted_at IS NULL)
    """

  /// - Returns: Its id.
  static func insert(_ company: Company, _ transaction: Transaction) throws -> Int64 {
    var parameters = texts(company)
    parameters.append("user_id", .integer(company.ownerID))
    parameters.append("created_at", .integer(company.createdAt))
    return try transaction.integer(
      """
      INSERT INTO cw_companies (
        user_id, name, unified_social_credit_code, legal_representative, contact_phone, contact_email, address, industry, business_scope,
        created_at, updated_at)
      VALUES (
        $user_id, $name, $code, $legal_representative, $contact_phone, $contact_email, $address, $industry, $business_scope,
        $created_at, $updated_at)
      RETURNING id
      """, parameters) ?? 0
  }

  static func update(_ company: Company, _ transaction: Transaction) throws {
    var parameters = texts(company)
    parameters.append("id", .integer(company.id))
    try transaction.execute(
      """
      UPDATE cw_companies SET name = $name, unified_social_credit_code = $code, legal_representative = $legal_representative,
        contact_phone = $contact_phone, contact_email = $contact_email, address = $address, industry = $industry,
        business_scope = $business_scope, updated_at = $updated_at
      WHERE id = $id
      """, parameters)
  }

  static func delete(_ id: Int64, at now: Int64, _ transaction: Transaction) throws {
    try transaction.execute("UPDATE cw_companies SET deleted_at = $now WHERE id = $id", ["id": .integer(id), "now": .integer(now)])
  }

  private static func texts(_ company: Company) -> SQLParameters {
    [
      "name": .text(company.name), "code": .optionalText(company.creditCode),
      "legal_representative": .optionalText(company.legalRepresentative), "contact_phone": .optionalText(company.contactPhone),
      "contact_email": .optionalText(company.contactEmail), "address": .optionalText(company.address),
      "industry": .optionalText(company.industry), "business_scope": .optionalText(company.businessScope),
      "updated_at": .integer(company.updatedAt),
    ]
  }

  static func company(_ row: borrowing Row) throws -> Company {
    Company(
      id: try row.integer("id"), ownerID: try row.integer("user_id"), name: try row.text("name"),
      creditCode: try row.optionalText("unified_social_credit_code"),
      legalRepresentative: try row.optionalText("legal_representative"), contactPhone: try row.optionalText("contact_phone"),
      contactEmail: try row.optionalText("contact_email"), address: try row.optionalText("address"),
      industry: try row.optionalText("industry"), businessScope: try row.optionalText("business_scope"),
      createdAt: try row.integer("created_at"), updatedAt: try row.integer("updated_at"))
  }

  static func counts(_ row: borrowing Row) throws -> CompanyCounts {
    CompanyCounts(projects: try row.integer("projects_count"), completedProjects: try row.integer("completed_projects_count"))
  }
}
