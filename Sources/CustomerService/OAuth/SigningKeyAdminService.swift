import CustomerServiceAPI
import Platform
import Protobuf
import RPC
import Storage

/// The keys that sign ID tokens, for administrators. Over RPC only.
struct SigningKeyAdminService: CSAAdminV1.SigningKeyAdminServiceServer {
  let keys: SigningKeyRing
  let ids: ObjectIDGenerator
  let time: any TimeSource

  func listSigningKeys(_ request: CSAAdminV1.ListSigningKeysRequest, _ call: ServerCall) async throws -> CSAAdminV1.ListSigningKeysResponse
  {
    .with { $0.items = keys.publicKeys.map { CSAAdminV1.SigningKey($0.record) } }
  }

  func rotateSigningKeys(
    _ request: CSAAdminV1.RotateSigningKeysRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.RotateSigningKeysResponse {
    let entry = AuditEntry(.signingKeysRotated, of: nil, call, ids: ids, now: time.wallMicroseconds)
    let records = try await keys.rotate(recording: entry)
    call.logger.notice("the keys of ID tokens were rotated")
    return .with { $0.items = records.map { CSAAdminV1.SigningKey($0) } }
  }
}

extension CSAAdminV1.SigningKey {
  fileprivate init(_ record: SigningKeyRecord) {
    self.init()
    kid = record.id
    algorithm = record.algorithm.rawValue
    createdAt = GoogleProtobuf.Timestamp(microseconds: record.createdAt)
    retiresAt = record.retiresAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}
