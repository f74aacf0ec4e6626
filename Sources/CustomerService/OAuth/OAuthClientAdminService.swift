import CustomerServiceAPI
import Platform
import Protobuf
import RPC
import Storage

/// The applications that may sign users in here, for administrators. Over RPC only.
struct OAuthClientAdminService: CSAAdminV1.OAuthClientAdminServiceServer {
  let database: Database
  let time: any TimeSource
  let ids: ObjectIDGenerator
  let secrets: OAuthSecrets
  let known: KnownOAuthClients

  func createOAuthClient(_ request: CSAAdminV1.CreateOAuthClientRequest, _ call: ServerCall) async throws -> CSAAdminV1.OAuthClient {
    if let problem = Self.problem(request) { throw CustomerServiceError.invalidOAuthClient(problem) }
    let secret = request.`public` ? nil : secrets.make()
    let now = time.wallMicroseconds
    let client = OAuthClient(
      id: ids.next(), name: request.clientName, secretDigest: secret.map { secrets.digest($0, .client) },
      redirectURIs: request.redirectUris, scopes: OAuthScope(request.scopes), grantTypes: request.grantTypes,
      idTokenAlgorithm: request.idTokenSignedResponseAlg.isEmpty ? "RS256" : request.idTokenSignedResponseAlg, isActive: true,
      createdAt: now)
    let entry = AuditEntry(.oauthClientCreated, of: client.id, detail: client.name, call, ids: ids, now: now)
    try await database.write(for: call) { transaction in
      try OAuthClientStore.insert(client, transaction)
      try AuditStore.insert(entry, transaction)
    }
    return CSAAdminV1.OAuthClient(client, secret: secret)
  }

  func listOAuthClients(
    _ request: CSAAdminV1.ListOAuthClientsRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.ListOAuthClientsResponse {
    let (total, clients) = try await database.read(for: call) { transaction in
      try OAuthClientStore.clients(skip: request.skip ?? 0, limit: Int64(request.limit ?? 10), transaction)
    }
    return .with {
      $0.total = total
      $0.items = clients.map { CSAAdminV1.OAuthClient($0) }
    }
  }

  func setOAuthClientActive(
    _ request: CSAAdminV1.SetOAuthClientActiveRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.OAuthClient {
    let entry = AuditEntry(
      request.isActive ? .oauthClientEnabled : .oauthClientDisabled, of: request.clientID, call, ids: ids, now: time.wallMicroseconds)
    let client = try await database.write(for: call) { [known] transaction in
      guard var client = try OAuthClientStore.client(id: request.clientID, transaction) else {
        throw CustomerServiceError.oauthClientNotFound
      }
      guard client.isActive != request.isActive else { return client }
      client.isActive = request.isActive
      try OAuthClientStore.setActive(request.isActive, id: client.id, transaction)
      transaction.afterCommit { known.forget(id: request.clientID) }
      try AuditStore.insert(entry, transaction)
      return client
    }
    return CSAAdminV1.OAuthClient(client)
  }

  func rotateOAuthClientSecret(
    _ request: CSAAdminV1.RotateOAuthClientSecretRequest, _ call: ServerCall
  ) async throws -> CSAAdminV1.OAuthClient {
    let secret = secrets.make()
    let digest = secrets.digest(secret, .client)
    let entry = AuditEntry(.oauthClientSecretRotated, of: request.clientID, call, ids: ids, now: time.wallMicroseconds)
    let client = try await database.write(for: call) { [known] transaction in
      guard let client = try OAuthClientStore.client(id: request.clientID, transaction) else {
        throw CustomerServiceError.oauthClientNotFound
      }
      guard !client.isPublic else { throw CustomerServiceError.publicOAuthClient }
      try OAuthClientStore.setSecret(digest, id: client.id, transaction)
      transaction.afterCommit { known.forget(id: request.clientID) }
      try AuditStore.insert(entry, transaction)
      return client
    }
    return CSAAdminV1.OAuthClient(client, secret: secret)
  }

  func deleteOAuthClient(_ request: CSAAdminV1.DeleteOAuthClientRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let entry = AuditEntry(.oauthClientDeleted, of: request.clientID, call, ids: ids, now: time.wallMicroseconds)
    try await database.write(for: call) { [known] transaction in
      guard let client = try OAuthClientStore.client(id: request.clientID, transaction) else {
        throw CustomerServiceError.oauthClientNotFound
      }
      var entry = entry
      // Nobody can look it up afterwards.
      entry.detail = client.name
      _ = try OAuthConsentStore.deleteAll(to: client.id, transaction)
      try OAuthClientStore.delete(id: client.id, transaction)
      transaction.afterCommit { known.forget(id: request.clientID) }
      try AuditStore.insert(entry, transaction)
    }
    return GoogleProtobuf.Empty()
  }

  /// What is wrong with a registration that the rules of the proto cannot say; nil for nothing.
  private static func problem(_ request: CSAAdminV1.CreateOAuthClientRequest) -> OAuthClientProblem? {
    guard request.redirectUris.allSatisfy(RedirectURI.isRegistrable) else { return .redirectURI }
    guard request.scopes.allSatisfy(OAuthScope.isName) else { return .scope }
    if request.grantTypes.contains(OAuthClient.GrantType.authorizationCode), request.redirectUris.isEmpty { return .noRedirectURI }
    // Whoever knows its id could call itself that client.
    if request.`public`, request.grantTypes.contains(OAuthClient.GrantType.clientCredentials) { return .publicWithCredentials }
    return nil
  }
}
