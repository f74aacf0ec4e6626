import CustomerServiceAPI
import Platform
import RPC
import Storage

/// The contact form (chapter 7 of the document): anybody may use it who is shown to be a person.
struct ContactService: CSAv1.ContactServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let check: any PersonCheck
  let notice: ContactNotice

  /// POST /api/owa/info
  func submitContact(_ request: CSAv1.SubmitContactRequest, _ call: ServerCall) async throws -> CSAv1.SubmitContactResponse {
    switch await check.verdict(on: request.turnstileToken, from: call.peer) {
    case .person: break
    case .notShown: throw CustomerServiceError.notShownToBeAPerson
    case .busy: throw RPCError.serverBusy(retryAfter: .seconds(5))
    }
    let contact = Contact(
      id: ids.next(), name: request.name, email: request.email, message: request.message, isProcessed: false,
      createdAt: time.wallMicroseconds)
    let administrators = try await database.write(for: call) { transaction in
      try ContactStore.insert(contact, transaction)
      return try UserStore.administrators(limit: ContactNotice.recipientsMax, transaction)
    }
    await notice.send(contact, to: administrators.map(\.email).filter { !PhoneAccounts.isMadeUp($0) })
    return CSAv1.SubmitContactResponse(contact)
  }
}
