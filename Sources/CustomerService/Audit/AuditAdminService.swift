import CustomerServiceAPI
import Protobuf
import RPC
import Storage

/// Who did what, for administrators. Over RPC only.
struct AuditAdminService: CSAAdminV1.AuditAdminServiceServer {
  let database: Database

  func listAuditEntries(
    _ request: CSAAdminV1.ListAuditEntriesRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListAuditEntriesResponse {
    let selection = AuditStore.Selection(
      actorID: request.actor, action: request.action, targetID: request.target, since: request.since?.microseconds,
      until: request.until?.microseconds, skip: request.skip ?? 0, limit: Int64(request.limit ?? 10))
    let (total, entries) = try await database.read(for: call) { try AuditStore.page(selection, $0) }
    return .with {
      $0.total = total
      $0.items = entries.map { CSAAdminV1.AuditEntry($0) }
    }
  }
}
