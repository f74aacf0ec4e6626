import ArgumentParser
import Console
import CustomerServiceAPI
import Net
import RPC

/// `weft admin logout`: ends what `weft admin login` began.
struct AdminLogout: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout", abstract: "Ends the sign-in at a server, there and here.")

  @OptionGroup var target: AdminTarget
  @Flag(help: "At every server.")
  var all = false

  mutating func validate() throws {
    guard !(all && target.server != nil) else { throw ValidationError("--all and --server contradict each other; give one") }
  }

  func run() async throws {
    try await AdminServer.explaining {
      let file = try AdminTarget.signIns()
      let book = try file.read()
      let names = all ? book.servers.keys.sorted() : [try target.place(in: book).name]
      var failure: RPCError?
      let loops = EventLoopGroup(count: 1)
      for name in names {
        guard let stored = book.servers[name] else {
          Terminal.error("not signed in at \(name)")
          continue
        }
        var target = target
        target.server = name
        do {
          let client = try target.place(in: book).client(loops)
          defer { client.close() }
          _ = try await CSAv1.ConsoleServiceClient(client).endConsoleSession(.with { $0.sessionKey = stored.sessionKey })
          Terminal.error("signed out at \(name)")
        } catch let error as RPCError {
          failure = error
          let end = AdminResource<CSAv1.User>.time(seconds: stored.sessionExpiresAt)
          Terminal.error("\(name) was not told, and would take the key until \(end); it is removed here")
        }
        try file.update { book in
          book.servers[name] = nil
          if book.standard == name { book.standard = book.servers.keys.sorted().first }
        }
      }
      if let failure { throw failure }
    }
  }
}
