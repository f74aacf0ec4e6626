import ArgumentParser
import Console
import CustomerServiceAPI
import Foundation
import Net
import Protobuf
import RPC

/// The running server that a task is for, who asks, and how the answer is wanted.
struct AdminServer: ParsableArguments {
  @OptionGroup var target: AdminTarget
  @Option(help: "An administrator's access token (WEFT_ADMIN_TOKEN; others on this machine can see arguments).")
  var token: String?
  @Flag(name: .customLong("token-stdin"), help: "Read the access token from the first line of standard input.")
  var readsToken = false
  @Option(help: "The administrator to sign in as for this task; the password is in WEFT_ADMIN_PASSWORD, or the terminal asks.")
  var email: String?
  @OptionGroup var output: AdminOutput

  mutating func validate() throws {
    guard [token != nil, readsToken, email != nil].filter({ $0 }).count <= 1 else {
      throw ValidationError("--token, --token-stdin and --email are ways to say who asks; give one")
    }
  }

  /// Runs a task as the administrator; a sign-in that was made for it is ended after it.
  ///
  /// - Throws: `ExitCode` after having said what went wrong.
  func run(_ task: (AdminSession) async throws -> Void) async throws {
    try await Self.explaining {
      let loops = EventLoopGroup(count: 1)
      let file = try AdminTarget.signIns()
      let caller = try givenCaller()
      // Whoever says everything needs no file, so a damaged one is not in the way.
      let book = caller != nil && target.server != nil ? SignInBook() : try file.read()
      let place = try target.place(in: book)
      let token: String
      var isOurs = false
      switch caller {
      case .token(let given): token = given
      case .password(let email, let password):
        token = try await Self.signIn(email, password, place, loops)
        isOurs = true
      case nil: token = try await Self.storedToken(place, file, loops)
      }
      let client = place.client(loops, token: token)
      defer { client.close() }
      let session = AdminSession(client: client, output: output, place: place, isStored: caller == nil)
      do {
        try await task(session)
      } catch {
        if isOurs { await Self.endSignIn(client) }
        if let error = error as? RPCError, error.code == .unauthenticated, let stored = place.stored, caller == nil {
          // Tokens may end before the session: with the secret that signed them.
          _ = try await Self.renewedToken(of: stored, place, file, loops)
          Terminal.error("\(error.message): the access token was refused; there is a new one, run the command again")
          throw ExitCode(AdminServer.status(error))
        }
        throw error
      }
      if isOurs { await Self.endSignIn(client) }
    }
  }

  /// Says what went wrong, once and in the same words for every command.
  static func explaining(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as RPCError {
      Terminal.error("\(error.code): \(error.message)" + (error.reason.map { " (\($0))" } ?? ""))
      throw ExitCode(status(error))
    } catch let error as AdminMistake {
      Terminal.error(error.description)
      throw ExitCode(EX_USAGE)
    } catch let error as ExitCode {
      throw error
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }

  static func status(_ error: RPCError) -> Int32 { 64 + Int32(error.code.rawValue) }

  private enum Caller {
    case token(String)
    case password(email: String, String)
  }

  /// Who asks, if the command or its environment says so: what is said nearer counts.
  private func givenCaller() throws -> Caller? {
    let source = SettingSource(flags: [:], environment: ProcessInfo.processInfo.environment)
    if let token { return .token(token) }
    if readsToken {
      guard let line = readLine(), !line.isEmpty else { throw AdminMistake(description: "standard input holds no token") }
      return .token(line)
    }
    if email == nil, let token = try source.text("WEFT_ADMIN_TOKEN") { return .token(token) }
    guard let address = try email ?? source.text("WEFT_ADMIN_EMAIL") else { return nil }
    guard let password = try source.text("WEFT_ADMIN_PASSWORD") ?? Terminal.secret("Password of \(address): ") else {
      throw SettingError(setting: "WEFT_ADMIN_PASSWORD", takes: "the password of \(address), as no terminal can ask for it", got: nil)
    }
    return .password(email: address, password)
  }

  private static func signIn(
    _ email: String, _ password: String, _ place: AdminTarget.Place, _ loops: EventLoopGroup
  ) async throws -> String {
    let client = place.client(loops)
    defer { client.close() }
    let answer = try await CSAv1.AuthServiceClient(client).login(
      .with {
        $0.email = email
        $0.password = password
      })
    return answer.accessToken
  }

  /// The access token of the sign-in that is kept, or another one where it has ten minutes left or less: no task takes longer.
  private static func storedToken(_ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup) async throws -> String {
    guard let stored = place.stored else {
      Terminal.error("not signed in at \(place.name): run weft admin login --server \(place.name)")
      throw ExitCode(64 + Int32(StatusCode.unauthenticated.rawValue))
    }
    let needed = Int64(Date().timeIntervalSince1970) + 600
    // In the last ten minutes of the session no token lives longer than it.
    if stored.accessExpiresAt > needed { return stored.accessToken }
    return try await renewedToken(of: stored, place, file, loops)
  }

  /// - Throws: `ExitCode`, having said what to do, where the sign-in has ended.
  private static func renewedToken(
    of stored: StoredSignIn, _ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup
  ) async throws -> String {
    let now = Int64(Date().timeIntervalSince1970)
    let client = place.client(loops)
    defer { client.close() }
    do {
      let renewed = try await CSAv1.ConsoleServiceClient(client).renewConsoleSession(.with { $0.sessionKey = stored.sessionKey })
      try file.update { book in
        // Not where somebody signed in anew meanwhile.
        guard book.servers[place.name]?.sessionKey == stored.sessionKey else { return }
        book.servers[place.name]?.accessToken = renewed.accessToken
        book.servers[place.name]?.accessExpiresAt = Self.end(after: renewed.expiresIn, now)
      }
      return renewed.accessToken
    } catch let error as RPCError where error.code == .unauthenticated {
      Terminal.error("\(error.message): the sign-in at \(place.name) has ended; run weft admin login")
      throw ExitCode(status(error))
    }
  }

  /// When a token ends that a server says lives for `seconds`: within a day, whatever it says.
  static func end(after seconds: Int64, _ now: Int64) -> Int64 { now + min(max(seconds, 0), 86_400) }

  /// Leaves no token behind that would work for another half hour. That it could not be ended spoils nothing that was done.
  private static func endSignIn(_ client: RPCClient) async {
    let users = CSAv1.UserServiceClient(client)
    do {
      guard let current = try await users.listSignIns(.init()).items.first(where: \.isCurrent) else { return }
      _ = try await users.endSignIn(.with { $0.signInID = current.id })
    } catch {
      Terminal.error("the sign-in for this task was not ended and ends by itself in half an hour: \(error)")
    }
  }
}
