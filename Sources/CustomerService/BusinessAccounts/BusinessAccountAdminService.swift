import CustomerServiceAPI
import Delivery
import Platform
import RPC
import Storage

/// Everybody's business accounts, for administrators. Over RPC only.
struct BusinessAccountAdminService: CSAAdminV1.BusinessAccountAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let mail: any MessageSender

  func listBusinessAccounts(
    _ request: CSAAdminV1.ListBusinessAccountsRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListBusinessAccountsResponse {
    let status = request.statusFilter.flatMap { BusinessAccount.Status(rawValue: $0) }
    let page = Page(skip: request.skip, limit: request.limit)
    let (total, accounts) = try await database.read(for: call) { try BusinessAccountStore.page(status: status, page, $0) }
    return .with {
      $0.total = total
      $0.items = accounts.map { CSAv1.BusinessAccount($0) }
    }
  }

  func getBusinessAccount(_ request: CSAAdminV1.GetBusinessAccountRequest, _ call: ServerCall) async throws -> CSAv1.BusinessAccount {
    let account = try await database.read(for: call) { try BusinessAccountStore.account(request.accountID, $0) }
    guard let account else { throw CustomerServiceError.businessAccountNotFound }
    return CSAv1.BusinessAccount(account)
  }

  func activateBusinessAccount(
    _ request: CSAAdminV1.ActivateBusinessAccountRequest, _ call: ServerCall
  ) async throws -> CSAv1.BusinessAccount {
    let detail = "\(request.assignedEmail), \(request.userCode)"
    let (account, isChanged) = try await change(request.accountID, .businessAccountActivated, detail: detail, call) { account in
      account.status = .active
      account.assignedEmail = request.assignedEmail
      account.userCode = request.userCode
    }
    if isChanged { await tell(account, call) }
    return CSAv1.BusinessAccount(account)
  }

  func disableBusinessAccount(
    _ request: CSAAdminV1.DisableBusinessAccountRequest, _ call: ServerCall
  ) async throws -> CSAv1.BusinessAccount {
    let (account, _) = try await change(request.accountID, .businessAccountDisabled, detail: nil, call) { $0.status = .disabled }
    return CSAv1.BusinessAccount(account)
  }

  /// - Returns: The account afterwards, and whether it was another before: doing the same again is neither noted nor told.
  private func change(
    _ id: String, _ action: AuditAction, detail: String?, _ call: ServerCall, _ alter: @escaping @Sendable (inout BusinessAccount) -> Void
  ) async throws -> (account: BusinessAccount, isChanged: Bool) {
    let now = time.wallMicroseconds
    let entry = AuditEntry(action, of: id, detail: detail, call, ids: ids, now: now)
    return try await database.write(for: call) { transaction in
      guard let before = try BusinessAccountStore.account(id, transaction) else { throw CustomerServiceError.businessAccountNotFound }
      var account = before
      alter(&account)
      guard account != before else { return (before, false) }
      account.updatedAt = now
      try BusinessAccountStore.update(account, transaction)
      try AuditStore.insert(entry, transaction)
      return (account, true)
    }
  }

  /// Writes to the owner that the account works now. What has been done stays done if there is no mail.
  private func tell(_ account: BusinessAccount, _ call: ServerCall) async {
    guard !PhoneAccounts.isMadeUp(account.ownerEmail) else { return }
    do {
      try await mail.send(
        OutgoingMessage(
          channel: .email, to: account.ownerEmail, purpose: "notice", subject: "业务账号已激活",
          text: "您的业务账号已激活，专属邮箱是 \(account.assignedEmail ?? "")，用户识别码是 \(account.userCode ?? "")。"))
    } catch {
      call.logger.error("the owner could not be told of the activation", metadata: ["account": "\(account.id)", "error": "\(error)"])
    }
  }
}
