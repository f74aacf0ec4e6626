import ArgumentParser
import CustomerServiceAPI

/// `weft admin oauth-clients …`: who may let Weft's users sign in.
struct AdminOAuthClients: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oauth-clients",
    abstract: "Applications that let Weft's users sign in: list, create, enable, disable, rotate a secret, delete.",
    subcommands: [List.self, Create.self, Enable.self, Disable.self, RotateSecret.self, Delete.self])

  /// Which client.
  struct Name: ParsableArguments {
    @Argument(help: "Client id.")
    var client: String

    func id() throws -> String { try AdminID.object(client, of: "client", list: "oauth-clients list") }

    /// What is known of it, to be shown before something is done to it.
    func find(_ session: AdminSession) async throws -> CSAAdminV1.OAuthClient {
      let id = try id()
      let all = try await session.collect(max: 10_000, pageMax: 100) { try await AdminOAuthClients.page(session, $0, $1) }
      guard let found = all.first(where: { $0.clientID == id }) else {
        throw AdminMistake(description: "there is no client \(id): weft admin oauth-clients list shows which there are")
      }
      return found
    }
  }

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Clients, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage

    func run(_ session: AdminSession) async throws {
      try await session.list(.oauthClients, page) { try await AdminOAuthClients.page(session, $0, $1) }
    }
  }

  struct Create: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Registers a client; its secret is printed this once.")
    @OptionGroup var server: AdminServer
    @Argument(help: "What users read on the consent page.")
    var name: String
    @Option(name: .customLong("redirect-uri"), help: "Where users may be sent back to; as often as needed.")
    var redirectURIs: [String] = []
    @Option(
      name: .customLong("scope"), help: "What it may ask for, such as openid; as often as needed.",
      completion: .list(["openid", "profile", "email", "phone"]))
    var scopes: [String] = []
    @Option(
      name: .customLong("grant-type"), help: "authorization_code (default), refresh_token, client_credentials; as often as needed.",
      completion: .list(["authorization_code", "refresh_token", "client_credentials"]))
    var grantTypes: [String] = []
    @Option(
      name: .customLong("id-token-algorithm"), help: "How its ID tokens are signed: RS256 (default) or ES256.",
      completion: .list(["RS256", "ES256"]))
    var algorithm: String?
    @Flag(name: .customLong("public"), help: "A client that cannot keep a secret, such as an application on a telephone.")
    var isPublic = false

    func run(_ session: AdminSession) async throws {
      let answer = try await CSAAdminV1.OAuthClientAdminServiceClient(session.client).createOAuthClient(
        .with {
          $0.clientName = name
          $0.redirectUris = redirectURIs
          $0.scopes = scopes
          $0.grantTypes = grantTypes.isEmpty ? ["authorization_code"] : grantTypes
          $0.public = isPublic
          $0.idTokenSignedResponseAlg = algorithm ?? ""
        })
      try session.show(answer, AdminOAuthClients.secret)
    }
  }

  struct Enable: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a client be used again.")
    @OptionGroup var server: AdminServer
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws { try await AdminOAuthClients.setActive(try name.id(), true, session) }
  }

  struct Disable: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Disables a client; its codes and tokens stop working at once.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let client = try await name.find(session)
      try confirmation.ask("Disable this client", [client], .oauthClients, session)
      try await AdminOAuthClients.setActive(client.clientID, false, session)
    }
  }

  struct RotateSecret: AdminCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate-secret", abstract: "Gives a client a new secret, printed this once; the old one is refused at once.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let client = try await name.find(session)
      try confirmation.ask("Replace the secret of this client", [client], .oauthClients, session)
      let answer = try await CSAAdminV1.OAuthClientAdminServiceClient(session.client).rotateOAuthClientSecret(
        .with { $0.clientID = client.clientID })
      try session.show(answer, AdminOAuthClients.secret)
    }
  }

  struct Delete: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes a client with everything that users have granted it.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let client = try await name.find(session)
      try confirmation.ask("Delete this client with everything that users have granted it", [client], .oauthClients, session)
      let answer = try await CSAAdminV1.OAuthClientAdminServiceClient(session.client).deleteOAuthClient(
        .with { $0.clientID = client.clientID })
      try session.done(answer, "deleted client \(client.clientID)")
    }
  }

  private static func secret(_ client: CSAAdminV1.OAuthClient) -> String {
    client.clientSecret.map { "client id:     \(client.clientID)\nclient secret: \($0)" } ?? "client id:     \(client.clientID)"
  }

  private static func setActive(_ client: String, _ isActive: Bool, _ session: AdminSession) async throws {
    let answer = try await CSAAdminV1.OAuthClientAdminServiceClient(session.client).setOAuthClientActive(
      .with {
        $0.clientID = client
        $0.isActive = isActive
      })
    try session.row(answer, .oauthClients)
  }

  private static func page(
    _ session: AdminSession, _ skip: Int64, _ limit: Int32
  ) async throws -> AdminSession.Page<CSAAdminV1.OAuthClient> {
    let answer = try await CSAAdminV1.OAuthClientAdminServiceClient(session.client).listOAuthClients(
      .with {
        $0.skip = skip
        $0.limit = limit
      })
    return (answer.total, answer.items)
  }
}
