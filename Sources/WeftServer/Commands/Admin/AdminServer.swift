import ArgumentParser
import CustomerServiceAPI
import Foundation
import Net
import Protobuf
import RPC

/// The running server that a task is for, and who asks.
struct AdminServer: ParsableArguments {
  @Option(help: "The server's gRPC listener, HOST:PORT.")
  var server: String = "127.0.0.1:50051"
  @Option(help: "WEFT_ADMIN_TOKEN: an administrator's access token.")
  var token: String?
  @Option(help: "WEFT_ADMIN_EMAIL: the administrator to sign in as; the password comes from WEFT_ADMIN_PASSWORD or the terminal.")
  var email: String?
  @Flag(help: "Print the answer as JSON.")
  var json = false
  @OptionGroup var security: Call.Security

  mutating func validate() throws {
    guard HostAndPort(server) != nil else { throw ValidationError("--server takes HOST:PORT, got \"\(server)\"") }
    guard token == nil || email == nil else { throw ValidationError("--token and --email are two ways to say who asks; give one") }
  }

  /// A client with an administrator's token in every call.
  struct Session: Sendable {
    let client: RPCClient
    let printsJSON: Bool

    /// Prints an answer: as JSON if that was asked for, otherwise as `text` puts it.
    func show<Reply: Message>(_ reply: Reply, _ text: (Reply) -> String) throws {
      guard printsJSON else { return Terminal.line(text(reply)) }
      var json: [UInt8] = []
      try reply.serializedBytes().withUnsafeBytes { try Reply.schema.writeJSON(wire: $0, options: .rest, into: &json) }
      Terminal.line(String(decoding: JSONLayout.indented(json), as: UTF8.self))
    }
  }

  /// Runs a task as the administrator; a sign-in that was made for it is ended after it.
  ///
  /// - Throws: `ExitCode` after having said what went wrong.
  func run(_ task: (Session) async throws -> Void) async throws {
    let loops = EventLoopGroup(count: 1)
    do {
      let (token, isOurs) = try await self.token(loops)
      var metadata = Metadata()
      metadata.add("authorization", "Bearer " + token)
      let client = try self.client(loops, metadata)
      defer { client.close() }
      do {
        try await task(Session(client: client, printsJSON: json))
      } catch {
        if isOurs { await Self.endSignIn(client) }
        throw error
      }
      if isOurs { await Self.endSignIn(client) }
    } catch let error as RPCError {
      Terminal.error("\(error.code): \(error.message)" + (error.reason.map { " (\($0))" } ?? ""))
      throw ExitCode(64 + Int32(error.code.rawValue))
    } catch let error as ExitCode {
      throw error
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }

  private func client(_ loops: EventLoopGroup, _ metadata: Metadata = Metadata()) throws -> RPCClient {
    // Looked at by validate().
    guard let target = HostAndPort(server) else { throw ValidationError("--server takes HOST:PORT") }
    var configuration = RPCClient.Configuration()
    configuration.tls = try security.context()
    configuration.timeout = .seconds(30)
    configuration.metadata = metadata
    return RPCClient(host: target.host, port: target.port, loops: loops, configuration: configuration)
  }

  /// - Returns: The token, and whether it was given out for this.
  private func token(_ loops: EventLoopGroup) async throws -> (String, isOurs: Bool) {
    let source = SettingSource(flags: [:], environment: ProcessInfo.processInfo.environment)
    if email == nil, let token = try token ?? source.text("WEFT_ADMIN_TOKEN") { return (token, false) }
    guard let address = try email ?? source.text("WEFT_ADMIN_EMAIL") else {
      throw SettingError(setting: "WEFT_ADMIN_TOKEN", takes: "an administrator's token, or WEFT_ADMIN_EMAIL an address", got: nil)
    }
    guard let password = try source.text("WEFT_ADMIN_PASSWORD") ?? Terminal.secret("Password of \(address): ") else {
      throw SettingError(setting: "WEFT_ADMIN_PASSWORD", takes: "the password of \(address), as no terminal can ask for it", got: nil)
    }
    let client = try self.client(loops)
    defer { client.close() }
    let answer = try await CSAv1.AuthServiceClient(client).login(
      .with {
        $0.email = address
        $0.password = password
      })
    return (answer.accessToken, true)
  }

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
