import ArgumentParser
import Console
import CustomerServiceAPI

/// `weft admin servers …`: where this console is signed in.
struct AdminServers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "servers", abstract: "Where this console is signed in: list, and which one is meant.", subcommands: [List.self, Use.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Servers; * is the one that commands without --server are for.")

    func run() async throws {
      try await AdminServer.explaining {
        let book = try AdminTarget.signIns().read()
        var table = TextTable(
          [.init(""), .init("server"), .init("email"), .init("until"), .init("application")], screenColumns: Terminal.screenColumns,
          isStyled: Terminal.isStyled)
        let rows = book.names.flatMap { name in
          let mark = name == book.standard ? "*" : ""
          let customerService = book.servers[name].map { ($0.email, $0.sessionExpiresAt, "csa") }
          let coWriting = book.coWriting?[name].map { ($0.name, $0.accessExpiresAt, "cowriting") }
          return [customerService, coWriting].compactMap(\.self).map { who, until, application in
            [mark, name, who, AdminResource<CSAv1.User>.time(seconds: until), application]
          }
        }
        Terminal.line(table.lines(rows).joined(separator: "\n"))
      }
    }
  }

  struct Use: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Makes a server the one that commands without --server are for.")
    @Argument(help: "HOST:PORT, as the list has it.", completion: .custom { _, _, _ in AdminTarget.known })
    var server: String

    func run() async throws {
      try await AdminServer.explaining {
        let file = try AdminTarget.signIns()
        guard try file.read().names.contains(server) else {
          throw AdminMistake(description: "not signed in at \(server): weft admin login --server \(server)")
        }
        try file.update { $0.standard = server }
      }
    }
  }
}
