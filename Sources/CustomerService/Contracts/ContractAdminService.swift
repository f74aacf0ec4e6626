import CustomerServiceAPI
import Identity
import Platform
import Protobuf
import RPC
import Storage

/// Everybody's contracts, for administrators. Over RPC only.
struct ContractAdminService: CSAAdminV1.ContractAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator

  func listContracts(_ request: CSAAdminV1.ListContractsRequest, _ call: ServerCall) async throws -> CSAAdminV1.ListContractsResponse {
    let email = request.ownerEmail.map { EmailAddress.normalised($0) }
    let page = Page(skip: request.skip, limit: request.limit)
    let (total, contracts) = try await database.read(for: call) { transaction -> (Int64, [Contract]) in
      guard let email else { return try ContractStore.page(of: nil, page, transaction) }
      // Nobody with that address has no contracts; it is a filter, not a path.
      guard let owner = try UserStore.user(email: email, transaction) else { return (0, []) }
      return try ContractStore.page(of: owner.id, page, transaction)
    }
    return .with {
      $0.total = total
      $0.items = contracts.map { CSAv1.Contract($0) }
    }
  }

  func getContract(_ request: CSAAdminV1.GetContractRequest, _ call: ServerCall) async throws -> CSAv1.Contract {
    let contract = try await database.read(for: call) { try ContractStore.contract(request.contractID, $0) }
    guard let contract else { throw CustomerServiceError.contractNotFound }
    return CSAv1.Contract(contract)
  }

  func createContract(_ request: CSAAdminV1.CreateContractRequest, _ call: ServerCall) async throws -> CSAv1.Contract {
    let email = EmailAddress.normalised(request.ownerEmail)
    let now = time.wallMicroseconds
    let id = ids.next()
    let entry = AuditEntry(.contractCreated, of: id, detail: email, call, ids: ids, now: now)
    let contract = try await database.write(for: call) { transaction in
      guard let owner = try UserStore.user(email: email, transaction) else { throw CustomerServiceError.userNotFound }
      let contract = Contract(
        id: id, ownerID: owner.id, ownerEmail: owner.email, title: request.title, contentMarkdown: request.contentMarkdown,
        isSigned: false, createdAt: now)
      try ContractStore.insert(contract, transaction)
      try AuditStore.insert(entry, transaction)
      return contract
    }
    return CSAv1.Contract(contract)
  }

  func updateContract(_ request: CSAAdminV1.UpdateContractRequest, _ call: ServerCall) async throws -> CSAv1.Contract {
    let now = time.wallMicroseconds
    let entry = AuditEntry(.contractUpdated, of: request.contractID, call, ids: ids, now: now)
    let contract = try await database.write(for: call) { transaction in
      guard let before = try ContractStore.contract(request.contractID, transaction) else { throw CustomerServiceError.contractNotFound }
      var contract = before
      guard contract.rewrite(title: request.title, content: request.contentMarkdown) else { return before }
      contract.updatedAt = now
      try ContractStore.update(contract, transaction)
      var entry = entry
      if before.isSigned, !contract.isSigned { entry.detail = "signature removed" }
      try AuditStore.insert(entry, transaction)
      return contract
    }
    return CSAv1.Contract(contract)
  }

  func deleteContract(_ request: CSAAdminV1.DeleteContractRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let entry = AuditEntry(.contractDeleted, of: request.contractID, call, ids: ids, now: time.wallMicroseconds)
    try await database.write(for: call) { transaction in
      guard try ContractStore.delete(request.contractID, transaction) else { throw CustomerServiceError.contractNotFound }
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }
}
