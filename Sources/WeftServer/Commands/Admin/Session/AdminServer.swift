import ArgumentParser
import Console
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

  /// Runs a task as an administrator of an application; a sign-in that was made for it is ended after it.
  ///
  /// - Throws: `ExitCode` after having said what went wrong.
  func run(at application: any AdminApplication, _ task: (AdminSession) async throws -> Void) async throws {
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
        token = try await application.signIn(email, password, place, loops)
        isOurs = true
      case nil: token = try await application.storedToken(place, file, loops)
      }
      let client = place.client(loops, token: token)
      defer { client.close() }
      let session = AdminSession(client: client, output: output, place: place, isStored: caller == nil)
      do {
        try await task(session)
      } catch {
        if isOurs { await application.endSignIn(client) }
        if let error = error as? RPCError, error.code == .unauthenticated, caller == nil {
          try await application.storedTokenWasRefused(error, place, file, loops)
        }
        throw error
      }
      if isOurs { await application.endSignIn(client) }
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

  /// Nobody is signed in there.
  ///
  /// - Parameter login: The command that signs in.
  static func notSignedIn(at place: AdminTarget.Place, login: String) -> ExitCode {
    Terminal.error("not signed in at \(place.name): run \(login) --server \(place.name)")
    return ExitCode(64 + Int32(StatusCode.unauthenticated.rawValue))
  }

  /// The server takes the sign-in that is kept no more.
  static func signInHasEnded(at place: AdminTarget.Place, _ error: RPCError, login: String) -> ExitCode {
    Terminal.error("\(error.message): the sign-in at \(place.name) has ended; run \(login)")
    return ExitCode(status(error))
  }
}
