import ArgumentParser
import Console
import CustomerServiceAPI

/// `weft admin tickets …`: everybody's tickets and the conversations about them.
struct AdminTickets: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tickets", abstract: "Everybody's tickets: list, search, show with the conversation, reply.",
    subcommands: [List.self, Search.self, Show.self, Reply.self])

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Tickets, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Option(help: "Only tickets of this status: pending or replied.", completion: .list(["pending", "replied"]))
    var status: String?

    func run(_ session: AdminSession) async throws {
      let tickets = CSAAdminV1.TicketAdminServiceClient(session.client)
      try await session.list(.tickets, page) { skip, limit in
        let answer = try await tickets.listTickets(
          .with {
            $0.skip = skip
            $0.limit = limit
            $0.statusFilter = status
          })
        return (answer.total, answer.items)
      }
    }
  }

  struct Search: AdminCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tickets in whose title, question or conversation all of these words are, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Argument(help: "The words; case makes no difference.")
    var words: [String]

    func run(_ session: AdminSession) async throws {
      let tickets = CSAAdminV1.TicketAdminServiceClient(session.client)
      try await session.list(.tickets, page) { skip, limit in
        let answer = try await tickets.searchTickets(
          .with {
            $0.query = words.joined(separator: " ")
            $0.skip = skip
            $0.limit = limit
          })
        return (answer.total, answer.items)
      }
    }
  }

  struct Show: AdminCommand {
    static let configuration = CommandConfiguration(
      abstract: "One ticket with its conversation; with --json the ticket, with --json-lines the messages.", aliases: ["get"])
    @OptionGroup var server: AdminServer
    @Argument(help: "Id of the ticket.")
    var ticket: String

    func run(_ session: AdminSession) async throws {
      let id = try AdminTickets.id(ticket)
      let tickets = CSAAdminV1.TicketAdminServiceClient(session.client)
      if session.output.form != .jsonLines {
        let found = try await tickets.getTicket(.with { $0.ticketID = id })
        try session.show(found, .tickets)
        if session.output.form == .json { return }
      }
      // A conversation may be long: it is printed as it comes.
      let printer = AdminThreadPrinter(form: session.output.form)
      var skip: Int64 = 0
      while true {
        let page = try await tickets.listTicketMessages(
          .with {
            $0.ticketID = id
            $0.skip = skip
            $0.limit = 100
          })
        try page.items.forEach(printer.print)
        skip += Int64(page.items.count)
        if page.items.isEmpty || skip >= page.total { break }
      }
    }
  }

  struct Reply: AdminCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replies to a ticket; its creator gets a mail.",
      discussion: "The text is an argument, a file (--file), or standard input.")
    @OptionGroup var server: AdminServer
    @OptionGroup var source: AdminText
    @Option(help: "Send this file along; as often as needed.", completion: .file())
    var attach: [String] = []
    @Argument(help: "Id of the ticket.")
    var ticket: String
    @Argument(help: "What the creator is told.")
    var text: String?

    mutating func validate() throws {
      guard text == nil || source.file == nil else { throw ValidationError("the reply is an argument or in --file; give it once") }
    }

    func run(_ session: AdminSession) async throws {
      let id = try AdminTickets.id(ticket)
      let given = try text ?? source.text("the reply")
      guard let given, !given.isEmpty else { throw AdminMistake(description: "the reply is empty") }
      let tickets = CSAAdminV1.TicketAdminServiceClient(session.client)
      // Before files travel: a mistyped id is found out now.
      if !attach.isEmpty { _ = try await tickets.getTicket(.with { $0.ticketID = id }) }
      var attachments: [String] = []
      for path in attach { attachments.append(try await AdminUpload(path).attachment(session).id) }
      let answer = try await tickets.replyTicket(
        .with {
          $0.ticketID = id
          $0.feedback = given
          $0.attachmentIds = attachments
        })
      try session.row(answer, .tickets)
    }
  }

  private static func id(_ text: String) throws -> String { try AdminID.object(text, of: "ticket", list: "tickets list") }
}
