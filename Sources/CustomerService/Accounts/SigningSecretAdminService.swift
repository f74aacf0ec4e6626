import CustomerServiceAPI
import Platform
import Protobuf
import RPC
import Storage

/// Rotation of the secret that signs access tokens, for administrators. Over RPC only.
struct SigningSecretAdminService: CSAAdminV1.SigningSecretAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let rotation: SecretRotation
  let overlap: Duration

  func rotateSigningSecret(
    _ request: CSAAdminV1.RotateSigningSecretRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.RotateSigningSecretResponse {
    guard rotation.files != nil else { throw CustomerServiceError.secretInSettings }
    let now = time.wallMicroseconds
    let second = now / 1_000_000
    let endsAll = request.atOnce
    let acceptedUntil = endsAll ? nil : second + overlap.components.seconds
    // First, because files know no transactions: an entry too many is better than a rotation that nobody can explain.
    let entry = AuditEntry(.secretRotated, of: nil, detail: endsAll ? "at once" : nil, call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      try AuditStore.insert(entry, transaction)
      if endsAll { try SignInStore.endEverybodys(at: now, transaction) }
    }
    try await rotation.rotate(at: second, acceptedUntil: acceptedUntil)
    call.logger.notice("the signing secret was rotated", metadata: ["at_once": "\(endsAll)"])
    return .with {
      $0.previousAcceptedUntil = acceptedUntil.map { GoogleProtobuf.Timestamp(microseconds: $0 * 1_000_000) }
    }
  }
}
