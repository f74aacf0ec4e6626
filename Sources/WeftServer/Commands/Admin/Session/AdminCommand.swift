import ArgumentParser

/// A task on a running server: says which RPC, and leaves everything else to the one path that all tasks take.
protocol AdminCommand: AsyncParsableCommand {
  var server: AdminServer { get }
  func run(_ session: AdminSession) async throws
}

extension AdminCommand {
  func run() async throws { try await server.run { try await run($0) } }
}

/// Something about what was asked for that is noticed before the server is asked, and what to do about it.
struct AdminMistake: Error, CustomStringConvertible {
  let description: String
}
