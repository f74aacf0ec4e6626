import CustomerServiceAPI
import Protobuf
import RPC

/// What users have allowed applications, for them to see and take back (ASVS 10.7.2).
extension OAuthService {
  /// GET /api/oauth/authorizations
  func listAuthorizations(
    _ request: CSAv1.ListAuthorizationsRequest, _ call: ServerCall
  ) async throws -> CSAv1.ListAuthorizationsResponse {
    let caller = try call.caller()
    let items = try await database.read(for: call) { transaction in
      try OAuthConsentStore.consents(of: caller.id, transaction).map { CSAv1.Authorization($0.consent, clientName: $0.clientName) }
    }
    return .with {
      $0.total = Int64(items.count)
      $0.items = items
    }
  }

  /// DELETE /api/oauth/authorizations/{client_id}
  func revokeAuthorization(_ request: CSAv1.RevokeAuthorizationRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let caller = try call.caller()
    let now = time.wallMicroseconds
    let entry = AuditEntry(.oauthAuthorizationRevoked, of: request.clientID, call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      guard try OAuthConsentStore.delete(of: caller.id, to: request.clientID, transaction) else {
        throw CustomerServiceError.authorizationNotFound
      }
      try OAuthGrantStore.endAll(of: caller.id, to: request.clientID, now: now, transaction)
      // Codes that are on their way are of the same permission.
      try OAuthCodeStore.endAll(of: caller.id, to: request.clientID, now: now, transaction)
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }
}

extension CSAv1.Authorization {
  fileprivate init(_ consent: OAuthConsent, clientName: String) {
    self.init()
    clientID = consent.clientID
    self.clientName = clientName
    scope = consent.scope.names
    createdAt = GoogleProtobuf.Timestamp(microseconds: consent.createdAt)
    updatedAt = consent.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}
