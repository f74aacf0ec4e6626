import ApplicationSupport
import CoWritingAPI
import Platform
import Protobuf
import RPC
import Storage

/// Companies (chapter 企业管理接口 of the document). A company is its maker's; administrators reach all.
struct CompanyService: CoWritingV1.CompanyServiceServer {
  let database: Database
  let time: any TimeSource

  /// GET /api/v1/companies
  func listCompanies(_ request: CoWritingV1.ListCompaniesRequest, _ call: ServerCall) async throws -> CoWritingV1.ListCompaniesResponse {
    let query = ListQuery(request)
    let selection = CompanySelection(
      owners: try call.owners(), keyword: ListKeyword.folded(request.keyword), industry: request.industry?.nilIfEmpty,
      creditCode: request.unifiedSocialCreditCode?.nilIfEmpty)
    let (total, items) = try await database.read(for: call) { try CompanyStore.page(selection, query, $0) }
    return .init(items.map { CoWritingV1.CompanyItem($0.company, $0.counts) }, total: total, query.page)
  }

  /// POST /api/v1/companies
  func createCompany(_ request: CoWritingV1.CreateCompanyRequest, _ call: ServerCall) async throws -> CoWritingV1.Company {
    let now = time.wallMicroseconds
    let new = Company(
      ownerID: try call.callerID(), name: request.name, creditCode: request.unifiedSocialCreditCode?.nilIfEmpty,
      legalRepresentative: request.legalRepresentative?.nilIfEmpty, contactPhone: request.contactPhone?.nilIfEmpty,
      contactEmail: request.contactEmail?.nilIfEmpty, address: request.address?.nilIfEmpty, industry: request.industry?.nilIfEmpty,
      businessScope: request.businessScope?.nilIfEmpty, createdAt: now, updatedAt: now)
    let company = try await database.write(for: call) { transaction in
      try Self.requireFree(new, transaction)
      var company = new
      company.id = try CompanyStore.insert(company, transaction)
      return company
    }
    return CoWritingV1.Company(company)
  }

  /// GET /api/v1/companies/{company_id}
  func getCompany(_ request: CoWritingV1.GetCompanyRequest, _ call: ServerCall) async throws -> CoWritingV1.GetCompanyResponse {
    let owners = try call.owners()
    let (company, counts, documents) = try await database.read(for: call) { transaction in
      let company = try CompanyStore.required(request.companyID, of: owners, transaction)
      let counts = try CompanyStore.counts(of: company.id, transaction)
      return (company, counts, try CompanyStore.documentsCount(of: company.id, transaction))
    }
    return CoWritingV1.GetCompanyResponse(company, counts, documents: documents)
  }

  /// PUT /api/v1/companies/{company_id}
  func updateCompany(_ request: CoWritingV1.UpdateCompanyRequest, _ call: ServerCall) async throws -> CoWritingV1.Company {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    let company = try await database.write(for: call) { transaction in
      var company = try CompanyStore.required(request.companyID, of: owners, transaction)
      company.take(request)
      company.updatedAt = now
      try Self.requireFree(company, transaction)
      try CompanyStore.update(company, transaction)
      return company
    }
    return CoWritingV1.Company(company)
  }

  /// DELETE /api/v1/companies/{company_id}
  func deleteCompany(_ request: CoWritingV1.DeleteCompanyRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    try await database.write(for: call) { transaction in
      let company = try CompanyStore.required(request.companyID, of: owners, transaction)
      guard try CompanyStore.counts(of: company.id, transaction).projects == 0 else { throw CoWritingError.companyHasProjects }
      try ContactStore.deleteAll(of: company.id, at: now, transaction)
      try CompanyStore.delete(company.id, at: now, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  /// Of companies of one owner each has a code of its own. Looked at in the transaction that writes, where of two one wins.
  private static func requireFree(_ company: Company, _ transaction: ReadTransaction) throws {
    guard let code = company.creditCode else { return }
    if try CompanyStore.isTaken(code, of: company.ownerID, except: company.id, transaction) { throw CoWritingError.creditCodeTaken }
  }
}

extension CompanyStore {
  /// A company of the owners.
  ///
  /// - Throws: `notFound`, also for somebody else's.
  static func required(_ id: Int64, of owners: ListOwners, _ transaction: ReadTransaction) throws -> Company {
    guard let company = try company(id, of: owners, transaction) else { throw CoWritingError.notFound(.company) }
    return company
  }
}

extension Company {
  /// Changes what the request has; an empty text clears.
  fileprivate mutating func take(_ request: CoWritingV1.UpdateCompanyRequest) {
    if let name = request.name { self.name = name }
    if let code = request.unifiedSocialCreditCode { creditCode = code.nilIfEmpty }
    if let representative = request.legalRepresentative { legalRepresentative = representative.nilIfEmpty }
    if let phone = request.contactPhone { contactPhone = phone.nilIfEmpty }
    if let email = request.contactEmail { contactEmail = email.nilIfEmpty }
    if let address = request.address { self.address = address.nilIfEmpty }
    if let industry = request.industry { self.industry = industry.nilIfEmpty }
    if let scope = request.businessScope { businessScope = scope.nilIfEmpty }
  }
}
