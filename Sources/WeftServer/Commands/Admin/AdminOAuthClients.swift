import ArgumentParser
import CustomerServiceAPI

/// `weft admin oauth-clients …`: who may let Weft's users sign in.
struct AdminOAuthClients: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oauth-clients", abstract: "Applications that let Weft's users sign in: list, create, enable, disable.",
    subcommands: [List.self, Create.self, Enable.self, Disable.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Clients, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage

    func run() async throws {
      try await server.run { session in
        let answer = try await CSAAdminV1.OAuthClientAdminServiceClient(session.client).listOAuthClients(
          .with {
            $0.skip = page.skip
            $0.limit = page.limit
          })
        try session.show(answer) { "\(AdminOAuthClients.table($0.items))\n\($0.items.count) of \($0.total)" }
      }
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Registers a client; its secret is printed this once.")
    @OptionGroup var server: AdminServer
    @Argument(help: "What users read on the consent page.")
    var name: String
    @Option(name: .customLong("redirect-uri"), help: "Where users may be sent back to; as often as needed.")
    var redirectURIs: [String] = []
    @Option(name: .customLong("scope"), help: "What it may ask for, such as openid; as often as needed.")
    var scopes: [String] = []
    @Option(name: .customLong("grant-type"), help: "authorization_code (default), refresh_token, client_credentials; as often as needed.")
    var grantTypes: [String] = []
    @Flag(name: .customLong("public"), help: "A client that cannot keep a secret, such as an application on a telephone.")
    var isPublic = false

    func run() async throws {
      try await server.run { session in
        let answer = try await CSAAdminV1.OAuthClientAdminServiceClient(session.client).createOAuthClient(
          .with {
            $0.clientName = name
            $0.redirectUris = redirectURIs
            $0.scopes = scopes
            $0.grantTypes = grantTypes.isEmpty ? ["authorization_code"] : grantTypes
            $0.public = isPublic
          })
        try session.show(answer) { client in
          client.clientSecret.map { "client id:     \(client.clientID)\nclient secret: \($0)" } ?? "client id:     \(client.clientID)"
        }
      }
    }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets a client be used again.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Client id.")
    var client: String

    func run() async throws { try await AdminOAuthClients.setActive(client, true, server) }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Disables a client; its codes and tokens stop working at once.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Client id.")
    var client: String

    func run() async throws { try await AdminOAuthClients.setActive(client, false, server) }
  }

  private static func setActive(_ client: String, _ isActive: Bool, _ server: AdminServer) async throws {
    try await server.run { session in
      let answer = try await CSAAdminV1.OAuthClientAdminServiceClient(session.client).setOAuthClientActive(
        .with {
          $0.clientID = client
          $0.isActive = isActive
        })
      try session.show(answer) { table([$0]) }
    }
  }

  private static func table(_ clients: [CSAAdminV1.OAuthClient]) -> String {
    let rows = clients.map {
      [
        $0.clientID, $0.isActive ? "active" : "disabled", $0.public ? "public" : "secret", $0.grantTypes.joined(separator: ","),
        $0.scopes.joined(separator: ","), $0.clientName,
      ]
    }
    return AdminTable.text([["client", "state", "kind", "grants", "scopes", "name"]] + rows)
  }
}
