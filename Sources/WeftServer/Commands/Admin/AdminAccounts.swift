import ArgumentParser
import CustomerServiceAPI

/// `weft admin accounts …`: everybody's business accounts.
struct AdminAccounts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accounts", abstract: "Everybody's business accounts: list, show, activate, disable.",
    subcommands: [List.self, Show.self, Activate.self, Disable.self])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Business accounts, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Option(help: "Only those of this status: pending, active or disabled.", completion: .list(["pending", "active", "disabled"]))
    var status: String?

    func run(_ session: AdminSession) async throws {
      let accounts = CSAAdminV1.BusinessAccountAdminServiceClient(session.client)
      try await session.list(.accounts, page) { skip, limit in
        let answer = try await accounts.listBusinessAccounts(
          .with {
            $0.skip = skip
            $0.limit = limit
            $0.statusFilter = status
          })
        return (answer.total, answer.items)
      }
    }
  }

  struct Show: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "One business account.", aliases: ["get"])
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the business account.")
    var account: String

    func run(_ session: AdminSession) async throws { try session.show(try await AdminAccounts.find(account, session), .accounts) }
  }

  struct Activate: AdminCommand {
    static let configuration = CommandConfiguration(
      abstract: "Activates a business account, pending or disabled, with the address and the code it is given.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the business account.")
    var account: String
    @Option(name: .customLong("assigned-email"), help: "The address it is given.")
    var assignedEmail: String
    @Option(name: .customLong("user-code"), help: "The code it is given, such as USER001.")
    var userCode: String

    func run(_ session: AdminSession) async throws {
      let id = try AdminAccounts.id(account)
      let answer = try await CSAAdminV1.BusinessAccountAdminServiceClient(session.client).activateBusinessAccount(
        .with {
          $0.accountID = id
          $0.assignedEmail = assignedEmail
          $0.userCode = userCode
        })
      try session.row(answer, .accounts)
    }
  }

  struct Disable: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Disables a business account.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @Argument(help: "Id of the business account.")
    var account: String

    func run(_ session: AdminSession) async throws {
      let found = try await AdminAccounts.find(account, session)
      try confirmation.ask("Disable this business account", [found], .accounts, session)
      let answer = try await CSAAdminV1.BusinessAccountAdminServiceClient(session.client).disableBusinessAccount(
        .with { $0.accountID = found.id })
      try session.row(answer, .accounts)
    }
  }

  private static func id(_ text: String) throws -> String { try AdminID.object(text, of: "business account", list: "accounts list") }

  private static func find(_ text: String, _ session: AdminSession) async throws -> CSAv1.BusinessAccount {
    let id = try id(text)
    return try await CSAAdminV1.BusinessAccountAdminServiceClient(session.client).getBusinessAccount(.with { $0.accountID = id })
  }
}
