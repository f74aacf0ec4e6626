import ArgumentParser

/// A task on a running server: says which RPC, and leaves everything else to the one path that all tasks take.
protocol AdminCommand: AsyncParsableCommand {
  var server: AdminServer { get }
  /// Whose RPC it is.
  static var application: any AdminApplication { get }
  func run(_ session: AdminSession) async throws
}

extension AdminCommand {
  static var application: any AdminApplication { CustomerServiceSignIn() }

  func run() async throws { try await server.run(at: Self.application) { try await run($0) } }
}

/// The same for the co-writing platform.
protocol CoWritingAdminCommand: AdminCommand {}

extension CoWritingAdminCommand {
  static var application: any AdminApplication { CoWritingSignIn() }
}

/// Something about what was asked for that is noticed before the server is asked, and what to do about it.
struct AdminMistake: Error, CustomStringConvertible {
  let description: String
}
