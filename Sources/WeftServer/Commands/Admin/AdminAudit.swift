import ArgumentParser
import CustomerServiceAPI
import Foundation
import Protobuf

/// `weft admin audit`: who did what.
struct AdminAudit: AdminCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Who did what to whom, when and from where; newest first.")
  @OptionGroup var server: AdminServer
  @OptionGroup var page: AdminPage
  @Option(help: "Id of the user who acted; \"operator\" for acts on the server's own machine.")
  var actor: String?
  @Option(help: "What was done, such as password.reset.")
  var action: String?
  @Option(help: "Id of what it was done to.")
  var target: String?
  @Option(help: "Not before this time, such as 2024-01-01T00:00:00Z.")
  var since: String?
  @Option(help: "Before this time.")
  var until: String?

  mutating func validate() throws {
    for text in [since, until] {
      if let text, Self.time(text) == nil { throw ValidationError("\"\(text)\" is no time such as 2024-01-01T00:00:00Z") }
    }
  }

  func run(_ session: AdminSession) async throws {
    let audit = CSAAdminV1.AuditAdminServiceClient(session.client)
    try await session.list(.auditEntries, page) { skip, limit in
      let answer = try await audit.listAuditEntries(
        .with {
          $0.skip = skip
          $0.limit = limit
          $0.actor = actor
          $0.action = action
          $0.target = target
          $0.since = since.flatMap(Self.time)
          $0.until = until.flatMap(Self.time)
        })
      return (answer.total, answer.items)
    }
  }

  private static func time(_ text: String) -> GoogleProtobuf.Timestamp? {
    guard let date = try? Date(text, strategy: .iso8601),
      let microseconds = Int64(exactly: (date.timeIntervalSince1970 * 1_000_000).rounded())
    else { return nil }
    return GoogleProtobuf.Timestamp(microseconds: microseconds)
  }
}
