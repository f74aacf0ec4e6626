import CustomerServiceAPI
import Protobuf

extension CSAAdminV1.AuditEntry {
  init(_ entry: AuditEntry) {
    self.init()
    id = entry.id
    at = GoogleProtobuf.Timestamp(microseconds: entry.at)
    actor = entry.actorID
    action = entry.action
    target = entry.targetID
    detail = entry.detail
    address = entry.address
    requestID = entry.requestID
  }
}
