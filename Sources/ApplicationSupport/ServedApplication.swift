public import RPC

/// An application as the process that serves it sees it.
public protocol ServedApplication: Sendable {
  /// Who may call.
  var policy: any ApplicationPolicy { get }
  var services: [any RPCService] { get }

  /// To be called once, after the migrations and before the first call.
  ///
  /// - Parameters:
  ///   - administrator: From the settings: made if absent; an account that is there keeps its password and becomes an active
  ///     administrator. Nil: on the very first start `admin@localhost` is made.
  ///   - password: What `admin@localhost` gets; nil: one is made up.
  /// - Returns: The password that `admin@localhost` was made with, to be printed once; nil if it was not made.
  func start(administrator: (email: String, password: String)?, password: String?) async throws -> String?

  /// To be called once a minute, by one caller at a time: forgets what has expired, a bounded number of rows each time.
  func housekeep() async throws

  /// To be called once a second: learns what another process on this database changed and then died before it could tell.
  func catchUp() async throws

  /// To be called once, after the last call: writes down what only the memory knows.
  func stop() async throws
}
