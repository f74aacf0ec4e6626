import ArgumentParser
import Console
import CustomerServiceAPI
import Net
import RPC

/// `weft admin logout`: ends what `weft admin login` and `weft admin cowriting login` began.
struct AdminLogout: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout", abstract: "Ends the sign-in at a server, to all its applications, there and here.")

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
      let names = all ? book.names : [try target.place(in: book).name]
      var failure: RPCError?
      let loops = EventLoopGroup(count: 1)
      for name in names {
        guard book.names.contains(name) else {
          Terminal.error("not signed in at \(name)")
          continue
        }
        var target = target
        target.server = name
        if let failed = try await Self.end(try target.place(in: book), file, loops) { failure = failed }
      }
      if let failure { throw failure }
    }
  }

  /// Ends what is kept of one server.
  ///
  /// - Returns: Why the server could not be told.
  static func end(
    _ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup, onlyCoWriting: Bool = false
  ) async throws -> RPCError? {
    var failure: RPCError?
    if let stored = place.stored, !onlyCoWriting {
      let client = place.client(loops)
      defer { client.close() }
      do {
        _ = try await CSAv1.ConsoleServiceClient(client).endConsoleSession(.with { $0.sessionKey = stored.sessionKey })
        Terminal.error("signed out at \(place.name)")
      } catch {
        failure = error
        let end = AdminResource<CSAv1.User>.time(seconds: stored.sessionExpiresAt)
        Terminal.error("\(place.name) was not told, and would take the key until \(end); it is removed here")
      }
      try file.update { book in
        book.servers[place.name] = nil
        book.chooseStandard()
      }
    }
    if let stored = place.coWriting {
      do {
        try await CoWritingSignIn.end(stored.accessToken, place, loops)
        Terminal.error("signed out of co-writing at \(place.name)")
      } catch {
        failure = error
        let end = AdminResource<CSAv1.User>.time(seconds: stored.accessExpiresAt)
        Terminal.error("\(place.name) was not told, and would take the co-writing token until \(end); it is removed here")
      }
      try file.update { book in
        book.setCoWriting(nil, at: place.name)
        book.chooseStandard()
      }
    }
    return failure
  }
}
