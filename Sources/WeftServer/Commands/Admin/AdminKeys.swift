import ArgumentParser
import CustomerServiceAPI

/// `weft admin keys …`: what signs the ID tokens of the OpenID Connect provider.
struct AdminKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Keys that sign ID tokens: list, rotate.", subcommands: [List.self, Rotate.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The keys that sign, then those that are only published still.")
    @OptionGroup var server: AdminServer

    func run() async throws {
      try await server.run { session in
        let answer = try await CSAAdminV1.SigningKeyAdminServiceClient(session.client).listSigningKeys(.init())
        try session.show(answer) { AdminKeys.table($0.items) }
      }
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Makes new keys; the old ones stay published for a day.")
    @OptionGroup var server: AdminServer

    func run() async throws {
      try await server.run { session in
        let answer = try await CSAAdminV1.SigningKeyAdminServiceClient(session.client).rotateSigningKeys(.init())
        try session.show(answer) { AdminKeys.table($0.items) }
      }
    }
  }

  private static func table(_ keys: [CSAAdminV1.SigningKey]) -> String {
    let rows = keys.map { [$0.kid, $0.algorithm, AdminTable.time($0.createdAt), $0.retiresAt.map { AdminTable.time($0) } ?? "signs"] }
    return AdminTable.text([["kid", "algorithm", "since", "published until"]] + rows)
  }
}
