import ArgumentParser
import CustomerServiceAPI
import Protobuf

/// `weft admin whoami`: as whom commands come to the server.
struct AdminWhoami: AdminCommand {
  static let configuration = CommandConfiguration(commandName: "whoami", abstract: "Who is signed in, and where.")
  @OptionGroup var server: AdminServer

  func run(_ session: AdminSession) async throws {
    let user = try await CSAv1.UserServiceClient(session.client).getMe(.init())
    try session.show(user) { user in
      var text = "server: \(session.place.name)\nemail:  \(user.email)\nrole:   \(user.role)\nid:     \(user.id)"
      if session.isStored, let stored = session.place.stored {
        text += "\nuntil:  \(AdminResource<CSAv1.User>.time(seconds: stored.sessionExpiresAt))"
      }
      return text
    }
  }
}
