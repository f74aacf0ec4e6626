import Storage

/// All SQL about OAuth clients.
enum OAuthClientStore {
  /// - Parameter id: The `client_id`.
  static func client(id: String, _ transaction: ReadTransaction) throws -> OAuthClient? {
    guard ObjectIDGenerator.isValid(id) else { return nil }
    return try transaction.first("SELECT * FROM csa_oauth_clients WHERE id = $id", ["id": .text(id)], client)
  }

  /// Newest first, with the count of all.
  static func clients(skip: Int64, limit: Int64, _ transaction: ReadTransaction) throws -> (total: Int64, clients: [OAuthClient]) {
    let total = try transaction.integer("SELECT count(*) FROM csa_oauth_clients") ?? 0
    let clients = try transaction.query(
      "SELECT * FROM csa_oauth_clients ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip",
      ["limit": .integer(limit), "skip": .integer(skip)], client)
    return (total, clients)
  }

  static func insert(_ client: OAuthClient, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO csa_oauth_clients (id, client_name, secret_digest, redirect_uris, scopes, grant_types, id_token_algorithm, is_active, created_at)
      VALUES ($id, $client_name, $secret_digest, $redirect_uris, $scopes, $grant_types, $id_token_algorithm, $is_active, $created_at)
      """,
      [
        "id": .text(client.id), "client_name": .text(client.name), "secret_digest": .optionalBlob(client.secretDigest),
        // Neither a URI nor a name of a scope or grant holds a space.
        "redirect_uris": .text(client.redirectURIs.joined(separator: " ")), "scopes": .text(client.scopes.text),
        "grant_types": .text(client.grantTypes.joined(separator: " ")), "id_token_algorithm": .text(client.idTokenAlgorithm),
        "is_active": .bool(client.isActive), "created_at": .integer(client.createdAt),
      ])
  }

  static func setActive(_ isActive: Bool, id: String, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_oauth_clients SET is_active = $is_active WHERE id = $id", ["id": .text(id), "is_active": .bool(isActive)])
  }

  static func setSecret(_ digest: [UInt8], id: String, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE csa_oauth_clients SET secret_digest = $digest WHERE id = $id", ["id": .text(id), "digest": .blob(digest)])
  }

  /// Deletes a client that no consent points to any more; its codes, tokens and grants are worth nothing without it and expire.
  static func delete(id: String, _ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM csa_oauth_clients WHERE id = $id", ["id": .text(id)])
  }

  private static func client(_ row: borrowing Row) throws -> OAuthClient {
    OAuthClient(
      id: try row.text("id"), name: try row.text("client_name"), secretDigest: try row.optionalBlob("secret_digest"),
      redirectURIs: words(try row.text("redirect_uris")), scopes: OAuthScope(words(try row.text("scopes"))),
      grantTypes: words(try row.text("grant_types")), idTokenAlgorithm: try row.text("id_token_algorithm"),
      isActive: try row.bool("is_active"), createdAt: try row.integer("created_at"))
  }

  private static func words(_ text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
  }
}
