import ArgumentParser
import CustomerServiceAPI

/// `weft admin contracts …`: everybody's contracts.
struct AdminContracts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contracts", abstract: "Everybody's contracts: list, show, create, update, delete.",
    subcommands: [List.self, Show.self, Create.self, Update.self, Delete.self])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Contracts, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Option(help: "Only those of the user with this address.")
    var owner: String?

    func run(_ session: AdminSession) async throws {
      let contracts = CSAAdminV1.ContractAdminServiceClient(session.client)
      try await session.list(.contracts, page) { skip, limit in
        let answer = try await contracts.listContracts(
          .with {
            $0.skip = skip
            $0.limit = limit
            $0.ownerEmail = owner
          })
        return (answer.total, answer.items)
      }
    }
  }

  struct Show: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "One contract with its text.", aliases: ["get"])
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the contract.")
    var contract: String

    func run(_ session: AdminSession) async throws { try session.show(try await AdminContracts.find(contract, session), .contracts) }
  }

  struct Create: AdminCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a contract for a user; its text, in Markdown, is a file or standard input.")
    @OptionGroup var server: AdminServer
    @OptionGroup var source: AdminText
    @Option(help: "Address of the user it is for.")
    var owner: String
    @Option(help: "Its title.")
    var title: String

    func run(_ session: AdminSession) async throws {
      let text = try source.text("the contract") ?? ""
      let answer = try await CSAAdminV1.ContractAdminServiceClient(session.client).createContract(
        .with {
          $0.ownerEmail = owner
          $0.title = title
          $0.contentMarkdown = text
        })
      try session.row(answer, .contracts)
    }
  }

  struct Update: AdminCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes a contract: what is not named stays. With new words a signed contract must be signed again.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var source: AdminText
    @Option(help: "Its new title.")
    var title: String?
    @Argument(help: "Id of the contract.")
    var contract: String

    mutating func validate() throws {
      guard title != nil || source.file != nil else { throw ValidationError("say what to change: --title, --file") }
    }

    func run(_ session: AdminSession) async throws {
      let text = try source.text("the contract", isOptional: true)
      let found = try await AdminContracts.find(contract, session)
      if found.isSigned { try confirmation.ask("This contract is signed. Change it", [found], .contracts, session) }
      let answer = try await CSAAdminV1.ContractAdminServiceClient(session.client).updateContract(
        .with {
          $0.contractID = found.id
          $0.title = title
          $0.contentMarkdown = text
        })
      try session.row(answer, .contracts)
    }
  }

  struct Delete: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes a contract.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @Argument(help: "Id of the contract.")
    var contract: String

    func run(_ session: AdminSession) async throws {
      let found = try await AdminContracts.find(contract, session)
      try confirmation.ask("Delete this contract", [found], .contracts, session)
      let answer = try await CSAAdminV1.ContractAdminServiceClient(session.client).deleteContract(.with { $0.contractID = found.id })
      try session.done(answer, "deleted contract \(found.id)")
    }
  }

  private static func find(_ text: String, _ session: AdminSession) async throws -> CSAv1.Contract {
    let id = try AdminID.object(text, of: "contract", list: "contracts list")
    return try await CSAAdminV1.ContractAdminServiceClient(session.client).getContract(.with { $0.contractID = id })
  }
}
