import ArgumentParser
import Console
import CustomerServiceAPI
import Foundation
import Net
import RPC

/// `weft admin login`: signs in for a working day.
struct AdminLogin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Signs in at a server, for twelve hours, and makes it the one that is meant from then on.",
    discussion: """
      What is kept is a key of its own and never the password, in ~/.config/weft/admin.json (or $XDG_CONFIG_HOME/weft), for this user only \
      (0600). It ends with the twelve hours, weft admin logout, a new password, or where the account's sign-ins are ended; TLS options are \
      kept with it. Sign in at as many servers as there are: --server says which one a command is for.
      """)

  @OptionGroup var target: AdminTarget
  @Option(help: "The administrator's address (default: WEFT_ADMIN_EMAIL, or the terminal asks).")
  var email: String?
  @Flag(name: .customLong("password-stdin"), help: "Read the password from the first line of standard input.")
  var readsPassword = false

  func run() async throws {
    try await AdminServer.explaining {
      let file = try AdminTarget.signIns()
      let place = try target.place(in: try file.read())
      let source = SettingSource(flags: [:], environment: ProcessInfo.processInfo.environment)
      guard let email = try email ?? source.text("WEFT_ADMIN_EMAIL") ?? Terminal.ask("Email at \(place.name): "), !email.isEmpty else {
        throw AdminMistake(description: "say who signs in: --email")
      }
      if place.isOpen { Terminal.error("warning: the password goes to \(place.name) without TLS; --tls protects it") }
      let password = try password(of: email, source)
      let loops = EventLoopGroup(count: 1)
      let client = place.client(loops)
      defer { client.close() }
      let console = CSAv1.ConsoleServiceClient(client)
      let session = try await console.beginConsoleSession(
        .with {
          $0.email = email
          $0.password = password
        })
      let now = Int64(Date().timeIntervalSince1970)
      let end = session.sessionExpiresAt ?? .init()
      let signIn = StoredSignIn(
        email: email, sessionKey: session.sessionKey, sessionExpiresAt: end.seconds, accessToken: session.accessToken,
        accessExpiresAt: AdminServer.end(after: session.expiresIn, now),
        tls: target.tls ?? (target.security.isPlain ? nil : place.stored?.tls))
      do {
        try file.update { book in
          book.servers[place.name] = signIn
          book.standard = place.name
        }
      } catch {
        _ = try? await console.endConsoleSession(.with { $0.sessionKey = session.sessionKey })
        throw error
      }
      // The one that is replaced is nobody's any more.
      if let before = place.stored { _ = try? await console.endConsoleSession(.with { $0.sessionKey = before.sessionKey }) }
      Terminal.error("signed in at \(place.name) as \(email) until \(AdminResource<CSAv1.User>.time(session.sessionExpiresAt))")
    }
  }

  private func password(of email: String, _ source: SettingSource) throws -> String {
    if readsPassword {
      guard let line = readLine(), !line.isEmpty else { throw AdminMistake(description: "standard input holds no password") }
      return line
    }
    guard let password = try source.text("WEFT_ADMIN_PASSWORD") ?? Terminal.secret("Password of \(email): ") else {
      throw AdminMistake(description: "no terminal can ask for the password: --password-stdin, or WEFT_ADMIN_PASSWORD")
    }
    return password
  }
}
