import ApplicationSupport
import CustomerServiceAPI
import Platform
import RPC
import Storage

/// What came by the contact form, for administrators. Over RPC only.
struct ContactAdminService: CSAAdminV1.ContactAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator

  func listContacts(_ request: CSAAdminV1.ListContactsRequest, _ call: ServerCall) async throws -> CSAAdminV1.ListContactsResponse {
    let page = Page(skip: request.skip, limit: request.limit)
    let (total, contacts) = try await database.read(for: call) {
      try ContactStore.page(isProcessed: request.isProcessed, page, $0)
    }
    return .with {
      $0.total = total
      $0.items = contacts.map { CSAAdminV1.Contact($0) }
    }
  }

  func processContact(_ request: CSAAdminV1.ProcessContactRequest, _ call: ServerCall) async throws -> CSAAdminV1.Contact {
    let now = time.wallMicroseconds
    let entry = AuditEntry(.contactProcessed, of: request.contactID, call, ids: ids, now: now)
    let contact = try await database.write(for: call) { transaction in
      guard let before = try ContactStore.contact(request.contactID, transaction) else { throw CustomerServiceError.contactNotFound }
      var contact = before
      contact.isProcessed = true
      if let notes = request.adminNotes { contact.adminNotes = notes.nilIfEmpty }
      guard contact != before else { return before }
      contact.updatedAt = now
      try ContactStore.update(contact, transaction)
      try AuditStore.insert(entry, transaction)
      return contact
    }
    return CSAAdminV1.Contact(contact)
  }
}
