import Identity
import Platform
import RPC
import Storage

/// Finds out which client calls, and slows down whoever guesses (RFC 6749, section 2.3.1).
struct ClientAuthentication: Sendable {
  let database: Database
  let secrets: OAuthSecrets
  let limits: OAuthLimits
  let known: KnownOAuthClients

  /// The active client behind credentials. A client with a secret must show it; a public one must not.
  ///
  /// - Throws: `invalidClient` in every case, `tooManyRequests` after too many wrong tries.
  func client(_ credentials: ClientCredentials, for call: ServerCall) async throws -> OAuthClient {
    try limits.admit(credentials.id, from: call.peer)
    let (remembered, edition) = known.client(id: credentials.id)
    var found = remembered
    if found == nil { found = try await database.read(for: call) { try OAuthClientStore.client(id: credentials.id, $0) } }
    guard let client = found, isProven(credentials, of: client), client.isActive else {
      limits.failed(credentials.id, from: call.peer)
      call.logger.notice("client authentication refused", metadata: ["client": "\(found?.id ?? "unknown")", "peer": "\(call.peer)"])
      throw OAuthError.invalidClient
    }
    if remembered == nil { known.remember(client, edition: edition) }
    return client
  }

  private func isProven(_ credentials: ClientCredentials, of client: OAuthClient) -> Bool {
    switch (credentials.secret, client.secretDigest) {
    case (let secret?, let digest?): constantTimeEquals(secrets.digest(secret, .client), digest)
    case (nil, nil): true
    default: false
    }
  }
}
