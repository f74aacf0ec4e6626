import ArgumentParser
import CustomerServiceAPI

/// `weft admin keys …`: what signs the ID tokens of the OpenID Connect provider.
struct AdminKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Keys that sign ID tokens: list, rotate.", subcommands: [List.self, Rotate.self])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "The keys that sign, then those that are only published still.")
    @OptionGroup var server: AdminServer

    func run(_ session: AdminSession) async throws {
      try session.list(.signingKeys, try await CSAAdminV1.SigningKeyAdminServiceClient(session.client).listSigningKeys(.init()).items)
    }
  }

  struct Rotate: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Makes new keys; the old ones stay published for a day.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation

    func run(_ session: AdminSession) async throws {
      let keys = CSAAdminV1.SigningKeyAdminServiceClient(session.client)
      if !confirmation.yes {
        let signing = try await keys.listSigningKeys(.init()).items.filter { $0.retiresAt == nil }
        try confirmation.ask("Replace the keys that sign", signing, .signingKeys, session)
      }
      try session.list(.signingKeys, try await keys.rotateSigningKeys(.init()).items)
    }
  }
}
