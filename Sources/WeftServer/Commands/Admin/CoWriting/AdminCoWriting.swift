import ArgumentParser
import CoWritingAPI
import Console
import Foundation
import Net
import RPC

/// `weft admin cowriting …`: administration of the co-writing platform, which has accounts and tokens of its own.
struct AdminCoWriting: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cowriting", abstract: "The co-writing platform, which has accounts of its own: sign in, everybody's accounts, templates.",
    subcommands: [
      Login.self, Logout.self, Whoami.self, AdminCoWritingUsers.self, AdminGenerationTemplates.self, AdminExportTemplates.self,
    ])

  struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Signs in to the co-writing platform of a server, for as long as its tokens hold.",
      discussion: """
        The token is kept in the same file as the other sign-ins, for this user only (0600); weft admin cowriting logout ends it there and \
        here. --email may be a user name too.
        """)
    @OptionGroup var target: AdminTarget
    @OptionGroup var credentials: AdminCredentials

    func run() async throws {
      try await AdminServer.explaining {
        let file = try AdminTarget.signIns()
        let place = try target.place(in: try file.read())
        let (email, password) = try credentials.ask(at: place)
        let loops = EventLoopGroup(count: 1)
        let answer = try await CoWritingSignIn.begin(email, password, place, loops)
        let end = CoWritingSignIn.end(after: answer.expiresIn, Int64(Date().timeIntervalSince1970))
        let stored = StoredToken(
          name: email, accessToken: answer.accessToken, accessExpiresAt: end,
          tls: target.tls ?? (target.security.isPlain ? nil : place.coWriting?.tls ?? place.stored?.tls))
        do {
          guard answer.user?.role == "admin" else { throw RPCError(.permissionDenied, "需要管理员权限", reason: "FORBIDDEN") }
          try file.update { book in
            book.setCoWriting(stored, at: place.name)
            book.standard = place.name
          }
        } catch {
          try? await CoWritingSignIn.end(answer.accessToken, place, loops)
          throw error
        }
        // The one that is replaced is nobody's any more.
        if let before = place.coWriting { try? await CoWritingSignIn.end(before.accessToken, place, loops) }
        Terminal.error(
          "signed in to co-writing at \(place.name) as \(email) until \(AdminResource<CoWritingV1.CurrentUser>.time(seconds: end))")
      }
    }
  }

  struct Logout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ends the sign-in to the co-writing platform, there and here.")
    @OptionGroup var target: AdminTarget

    func run() async throws {
      try await AdminServer.explaining {
        let file = try AdminTarget.signIns()
        let place = try target.place(in: try file.read())
        guard place.coWriting != nil else {
          Terminal.error("not signed in to co-writing at \(place.name)")
          return
        }
        if let failure = try await AdminLogout.end(place, file, EventLoopGroup(count: 1), onlyCoWriting: true) { throw failure }
      }
    }
  }

  struct Whoami: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Who is signed in to the co-writing platform, and where.")
    @OptionGroup var server: AdminServer

    func run(_ session: AdminSession) async throws {
      let user = try await CoWritingV1.AuthServiceClient(session.client).getMe(.init())
      try session.show(user) { user in
        var text =
          "server: \(session.place.name)\nname:   \(SafeText.line(user.username))\nemail:  \(SafeText.line(user.email))\n"
          + "role:   \(SafeText.line(user.role))\nid:     \(user.id)"
        if session.isStored, let stored = session.place.coWriting {
          text += "\nuntil:  \(AdminResource<CoWritingV1.CurrentUser>.time(seconds: stored.accessExpiresAt))"
        }
        return text
      }
    }
  }
}
