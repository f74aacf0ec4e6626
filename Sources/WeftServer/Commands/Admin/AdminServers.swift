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
          [.init(""), .init("server"), .init("email"), .init("until")], screenColumns: Terminal.screenColumns, isStyled: Terminal.isStyled)
        let rows = book.servers.sorted { $0.key < $1.key }.map { name, signIn in
          [
            name == book.standard ? "*" : "", name, signIn.email,
            AdminResource<CSAv1.User>.time(seconds: signIn.sessionExpiresAt),
          ]
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
        guard try file.read().servers[server] != nil else {
          throw AdminMistake(description: "not signed in at \(server): weft admin login --server \(server)")
        }
        try file.update { $0.standard = server }
      }
    }
  }
}
