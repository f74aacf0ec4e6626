import ApplicationSupport
import CoWritingAPI
import Platform
import Protobuf
import RPC
import Storage

/// Whom to talk to at companies (企业联系人 of the document).
extension CompanyService {
  /// GET /api/v1/companies/{company_id}/contacts
  func listContacts(_ request: CoWritingV1.ListContactsRequest, _ call: ServerCall) async throws -> CoWritingV1.ListContactsResponse {
    let owners = try call.owners()
    let query = ListQuery(request)
    let selection = ContactStore.Selection(
      companyID: request.companyID, keyword: ListKeyword.folded(request.keyword), isActive: request.isActive)
    let (total, items) = try await database.read(for: call) { transaction in
      _ = try CompanyStore.required(selection.companyID, of: owners, transaction)
      return try ContactStore.page(selection, query, transaction)
    }
    return .init(items.map(CoWritingV1.ContactItem.init), total: total, query.page)
  }

  /// POST /api/v1/companies/{company_id}/contacts
  func createContact(_ request: CoWritingV1.CreateContactRequest, _ call: ServerCall) async throws -> CoWritingV1.Contact {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    let new = Contact(
      companyID: request.companyID, name: request.name, position: request.position?.nilIfEmpty, phone: request.phone?.nilIfEmpty,
      email: request.email?.nilIfEmpty, department: request.department?.nilIfEmpty, isPrimary: request.isPrimary,
      notes: request.notes?.nilIfEmpty, createdAt: now, updatedAt: now)
    let contact = try await database.write(for: call) { transaction in
      _ = try CompanyStore.required(new.companyID, of: owners, transaction)
      var contact = new
      contact.id = try ContactStore.insert(contact, transaction)
      return contact
    }
    return CoWritingV1.Contact(contact)
  }

  /// PUT /api/v1/companies/{company_id}/contacts/{contact_id}
  func updateContact(_ request: CoWritingV1.UpdateContactRequest, _ call: ServerCall) async throws -> CoWritingV1.Contact {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    let contact = try await database.write(for: call) { transaction in
      var contact = try Self.contact(request.contactID, of: request.companyID, owners, transaction)
      contact.take(request)
      contact.updatedAt = now
      try ContactStore.update(contact, transaction)
      return contact
    }
    return CoWritingV1.Contact(contact)
  }

  /// DELETE /api/v1/companies/{company_id}/contacts/{contact_id}
  func deleteContact(_ request: CoWritingV1.DeleteContactRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let owners = try call.owners()
    let now = time.wallMicroseconds
    try await database.write(for: call) { transaction in
      let contact = try Self.contact(request.contactID, of: request.companyID, owners, transaction)
      try ContactStore.delete(contact.id, at: now, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  private static func contact(_ id: Int64, of companyID: Int64, _ owners: ListOwners, _ transaction: ReadTransaction) throws -> Contact {
    let company = try CompanyStore.required(companyID, of: owners, transaction)
    guard let contact = try ContactStore.contact(id, of: company.id, transaction) else { throw CoWritingError.notFound(.contact) }
    return contact
  }
}

extension Contact {
  /// Changes what the request has; an empty text clears.
  fileprivate mutating func take(_ request: CoWritingV1.UpdateContactRequest) {
    if let name = request.name { self.name = name }
    if let position = request.position { self.position = position.nilIfEmpty }
    if let phone = request.phone { self.phone = phone.nilIfEmpty }
    if let email = request.email { self.email = email.nilIfEmpty }
    if let department = request.department { self.department = department.nilIfEmpty }
    if let isPrimary = request.isPrimary { self.isPrimary = isPrimary }
    if let isActive = request.isActive { self.isActive = isActive }
    if let notes = request.notes { self.notes = notes.nilIfEmpty }
  }
}
