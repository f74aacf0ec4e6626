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
  @OptionGroup var credentials: AdminCredentials

  func run() async throws {
    try await AdminServer.explaining {
      let file = try AdminTarget.signIns()
      let place = try target.place(in: try file.read())
      let (email, password) = try credentials.ask(at: place)
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
        accessExpiresAt: CustomerServiceSignIn.end(after: session.expiresIn, now),
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
}
