import ArgumentParser
import CustomerServiceAPI

/// `weft admin contacts …`: messages of the contact form.
struct AdminContacts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contacts", abstract: "Messages of the contact form: list, process.", subcommands: [List.self, Process.self])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Messages, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Flag(help: "Only those that nobody has dealt with yet.")
    var open = false
    @Flag(help: "Only those that somebody has dealt with.")
    var processed = false

    mutating func validate() throws {
      guard !(open && processed) else { throw ValidationError("--open and --processed contradict each other; give one") }
    }

    func run(_ session: AdminSession) async throws {
      let contacts = CSAAdminV1.ContactAdminServiceClient(session.client)
      try await session.list(.contacts, page) { skip, limit in
        let answer = try await contacts.listContacts(
          .with {
            $0.skip = skip
            $0.limit = limit
            $0.isProcessed = open ? false : processed ? true : nil
          })
        return (answer.total, answer.items)
      }
    }
  }

  struct Process: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Says that a message has been dealt with.")
    @OptionGroup var server: AdminServer
    @Option(help: "What to note.")
    var notes: String?
    @Argument(help: "Id of the message.")
    var message: String

    func run(_ session: AdminSession) async throws {
      let id = try AdminID.object(message, of: "message", list: "contacts list")
      let answer = try await CSAAdminV1.ContactAdminServiceClient(session.client).processContact(
        .with {
          $0.contactID = id
          $0.adminNotes = notes
        })
      try session.row(answer, .contacts)
    }
  }
}
