import CustomerServiceAPI
import Platform
import Protobuf
import RPC
import Storage

/// The caller's own business account (chapter 3 of the document).
struct BusinessAccountService: CSAv1.BusinessAccountServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator

  /// GET /api/business-accounts/me
  func getMyBusinessAccount(_ request: CSAv1.GetMyBusinessAccountRequest, _ call: ServerCall) async throws -> CSAv1.BusinessAccount {
    let caller = try call.caller()
    let account = try await database.read(for: call) { try BusinessAccountStore.account(of: caller.id, $0) }
    guard let account else { throw CustomerServiceError.businessAccountNotFound }
    return CSAv1.BusinessAccount(account)
  }

  /// POST /api/business-accounts/me/apply
  func applyBusinessAccount(_ request: CSAv1.ApplyBusinessAccountRequest, _ call: ServerCall) async throws -> CSAv1.BusinessAccount {
    let caller = try call.caller()
    var account = BusinessAccount(
      id: ids.next(), ownerID: caller.id, ownerEmail: "", status: .pending, companyName: request.companyName,
      taxNumber: request.taxNumber, certificationInfo: request.certificationInfo, communicationAddress: request.communicationAddress,
      contactPersonName: request.contactPersonName, contactPhone: request.contactPhone, createdAt: time.wallMicroseconds)
    account.ownerEmail = try await database.write(for: call) { [account] transaction in
      guard let owner = try UserStore.user(id: account.ownerID, transaction) else { throw CustomerServiceError.invalidToken }
      // Also where the other one is disabled: an administrator's decision is not undone by asking again.
      guard try BusinessAccountStore.insert(account, transaction) else { throw CustomerServiceError.businessAccountExists }
      return owner.email
    }
    return CSAv1.BusinessAccount(account)
  }

  /// PATCH /api/business-accounts/me
  func updateMyBusinessAccount(_ request: CSAv1.UpdateMyBusinessAccountRequest, _ call: ServerCall) async throws -> CSAv1.BusinessAccount {
    let caller = try call.caller()
    let changes = Self.changes(request)
    let now = time.wallMicroseconds
    let account = try await database.write(for: call) { transaction in
      guard var account = try BusinessAccountStore.account(of: caller.id, transaction) else {
        throw CustomerServiceError.businessAccountNotFound
      }
      // 3.3 has no 400 as 1.6 does: a body that names nothing of ours changes nothing.
      guard !changes.isEmpty else { return account }
      for (field, value) in changes { _ = account.set(field, to: value) }
      account.updatedAt = now
      try BusinessAccountStore.update(account, transaction)
      return account
    }
    return CSAv1.BusinessAccount(account)
  }

  /// GET /api/business-accounts/{account_id}
  func getBusinessAccount(_ request: CSAv1.GetBusinessAccountRequest, _ call: ServerCall) async throws -> CSAv1.BusinessAccount {
    let caller = try call.caller()
    let account = try await database.read(for: call) { try BusinessAccountStore.account(request.accountID, $0) }
    guard let account else { throw CustomerServiceError.businessAccountNotFound }
    try account.require(owner: caller.id)
    return CSAv1.BusinessAccount(account)
  }

  /// What to change to what: the fields in the mask, which over REST are the keys of the body; without a mask, which only RPC
  /// callers can leave out, whatever is set.
  private static func changes(_ request: CSAv1.UpdateMyBusinessAccountRequest) -> [(field: String, value: String?)] {
    let given: [(field: String, value: String?)] = [
      ("company_name", request.companyName), ("tax_number", request.taxNumber), ("certification_info", request.certificationInfo),
      ("communication_address", request.communicationAddress), ("contact_person_name", request.contactPersonName),
      ("contact_phone", request.contactPhone),
    ]
    guard let mask = request.updateMask else { return given.filter { $0.value != nil } }
    return given.filter { mask.paths.contains($0.field) }
  }
}
