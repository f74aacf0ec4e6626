import Storage

/// All SQL about business accounts.
enum BusinessAccountStore {
  static func account(_ id: String, _ transaction: ReadTransaction) throws -> BusinessAccount? {
    try transaction.first(
      "SELECT b.*, u.email AS owner_email FROM csa_business_accounts b JOIN csa_users u ON u.id = b.user_id WHERE b.id = $id",
      ["id": .text(id)], account)
  }

  static func account(of ownerID: String, _ transaction: ReadTransaction) throws -> BusinessAccount? {
    try transaction.first(
      "SELECT b.*, u.email AS owner_email FROM csa_business_accounts b JOIN csa_users u ON u.id = b.user_id WHERE b.user_id = $user_id",
      ["user_id": .text(ownerID)], account)
  }

  /// Newest first, with the count of all that match; of the same instant, the greater id first.
  ///
  /// - Parameter status: Nil gives those of every status.
  static func page(
    status: BusinessAccount.Status?, _ page: Page, _ transaction: ReadTransaction
  ) throws -> (total: Int64, accounts: [BusinessAccount]) {
    let filter: SQLParameters = status.map { ["status": .text($0.rawValue)] } ?? [:]
    let sql = pageSQL(isFiltered: status != nil)
    return (
      try transaction.integer(sql.count, filter) ?? 0,
      try transaction.query(sql.list, filter.of(page), account)
    )
  }

  /// The owner's address is a query of its own, so that rows which a page leaves out cost no look at their owners.
  static func pageSQL(isFiltered: Bool) -> (count: StaticString, list: StaticString) {
    guard isFiltered else {
      return (
        "SELECT count(*) FROM csa_business_accounts",
        """
        SELECT b.*, (SELECT email FROM csa_users WHERE id = b.user_id) AS owner_email FROM csa_business_accounts b
        ORDER BY b.created_at DESC, b.id DESC LIMIT $limit OFFSET $skip
        """
      )
    }
    return (
      "SELECT count(*) FROM csa_business_accounts WHERE status = $status",
      """
      SELECT b.*, (SELECT email FROM csa_users WHERE id = b.user_id) AS owner_email FROM csa_business_accounts b
      WHERE b.status = $status ORDER BY b.created_at DESC, b.id DESC LIMIT $limit OFFSET $skip
      """
    )
  }

  /// - Returns: Whether it is new; its owner has at most one.
  static func insert(_ account: BusinessAccount, _ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      """
      INSERT INTO csa_business_accounts (id, user_id, status, created_at, company_name, tax_number, certification_info,
        communication_address, contact_person_name, contact_phone)
      VALUES ($id, $user_id, $status, $created_at, $company_name, $tax_number, $certification_info, $communication_address,
        $contact_person_name, $contact_phone)
      ON CONFLICT (user_id) DO NOTHING
      """,
      [
        "id": .text(account.id), "user_id": .text(account.ownerID), "status": .text(account.status.rawValue),
        "created_at": .integer(account.createdAt), "company_name": .optionalText(account.companyName),
        "tax_number": .optionalText(account.taxNumber), "certification_info": .optionalText(account.certificationInfo),
        "communication_address": .optionalText(account.communicationAddress),
        "contact_person_name": .optionalText(account.contactPersonName), "contact_phone": .optionalText(account.contactPhone),
      ]) == 1
  }

  static func update(_ account: BusinessAccount, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE csa_business_accounts SET status = $status, updated_at = $updated_at, assigned_email = $assigned_email,
        user_code = $user_code, company_name = $company_name, tax_number = $tax_number, certification_info = $certification_info,
        communication_address = $communication_address, contact_person_name = $contact_person_name, contact_phone = $contact_phone
      WHERE id = $id
      """,
      [
        "id": .text(account.id), "status": .text(account.status.rawValue), "updated_at": .optionalInteger(account.updatedAt),
        "assigned_email": .optionalText(account.assignedEmail), "user_code": .optionalText(account.userCode),
        "company_name": .optionalText(account.companyName), "tax_number": .optionalText(account.taxNumber),
        "certification_info": .optionalText(account.certificationInfo),
        "communication_address": .optionalText(account.communicationAddress),
        "contact_person_name": .optionalText(account.contactPersonName), "contact_phone": .optionalText(account.contactPhone),
      ])
  }

  private static func account(_ row: borrowing Row) throws -> BusinessAccount {
    BusinessAccount(
      id: try row.text("id"), ownerID: try row.text("user_id"), ownerEmail: try row.text("owner_email"),
      // The column's CHECK allows no other.
      status: BusinessAccount.Status(rawValue: try row.text("status")) ?? .disabled,
      assignedEmail: try row.optionalText("assigned_email"), userCode: try row.optionalText("user_code"),
      companyName: try row.optionalText("company_name"), taxNumber: try row.optionalText("tax_number"),
      certificationInfo: try row.optionalText("certification_info"),
      communicationAddress: try row.optionalText("communication_address"),
      contactPersonName: try row.optionalText("contact_person_name"), contactPhone: try row.optionalText("contact_phone"),
      createdAt: try row.integer("created_at"), updatedAt: try row.optionalInteger("updated_at"))
  }
}
