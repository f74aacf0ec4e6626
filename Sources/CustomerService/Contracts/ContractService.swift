import CustomerServiceAPI
import Platform
import RPC
import Storage

/// The caller's own contracts (chapter 4 of the document).
struct ContractService: CSAv1.ContractServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator

  /// GET /api/contracts/me
  func listMyContracts(_ request: CSAv1.ListMyContractsRequest, _ call: ServerCall) async throws -> CSAv1.ListMyContractsResponse {
    let caller = try call.caller()
    let page = Page(skip: request.skip, limit: request.limit)
    let (total, contracts) = try await database.read(for: call) { try ContractStore.page(of: caller.id, page, $0) }
    return .with {
      $0.total = total
      $0.items = contracts.map { CSAv1.Contract($0) }
    }
  }

  /// GET /api/contracts/{contract_id}
  func getContract(_ request: CSAv1.GetContractRequest, _ call: ServerCall) async throws -> CSAv1.Contract {
    let caller = try call.caller()
    let contract = try await database.read(for: call) { try ContractStore.contract(request.contractID, $0) }
    guard let contract else { throw CustomerServiceError.contractNotFound }
    try contract.require(owner: caller.id)
    return CSAv1.Contract(contract)
  }

  /// PATCH /api/contracts/{contract_id}/sign-status
  func updateContractSignStatus(_ request: CSAv1.UpdateContractSignStatusRequest, _ call: ServerCall) async throws -> CSAv1.Contract {
    let caller = try call.caller()
    let isSigned = request.isSigned ?? false
    let now = time.wallMicroseconds
    // Noted whoever signs: one day somebody will ask.
    let entry = AuditEntry(isSigned ? .contractSigned : .contractUnsigned, of: request.contractID, call, ids: ids, now: now)
    let contract = try await database.write(for: call) { transaction in
      guard var contract = try ContractStore.contract(request.contractID, transaction) else { throw CustomerServiceError.contractNotFound }
      guard contract.ownerID == caller.id || caller.role == User.Role.admin else { throw CustomerServiceError.foreignSignature }
      // Signing again does not move the moment at which it was signed.
      guard contract.isSigned != isSigned else { return contract }
      contract.isSigned = isSigned
      contract.updatedAt = now
      try ContractStore.update(contract, transaction)
      try AuditStore.insert(entry, transaction)
      return contract
    }
    return CSAv1.Contract(contract)
  }
}
