import ArgumentParser
import CustomerServiceAPI
import Protobuf
import RPC

/// `weft admin users …`: everybody's accounts. An account is named by its id or its address.
struct AdminUsers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "users", abstract: "Everybody's accounts: list, show, enable, disable, make administrators, sign out.",
    subcommands: [List.self, Show.self, Enable.self, Disable.self, SetRole.self, SignIns.self, EndSignIns.self, SendResetCode.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Accounts, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Argument(help: "Only accounts whose address or name contains this.")
    var keyword: String?

    func run() async throws {
      try await server.run { session in
        let users = CSAAdminV1.UserAdminServiceClient(session.client)
        let answer = try await users.listUsers(
          .with {
            $0.skip = page.skip
            $0.limit = page.limit
            $0.keyword = keyword
          })
        try session.show(answer) { AdminUsers.table($0.items, total: $0.total) }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One account.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id or address.")
    var user: String

    func run() async throws {
      try await server.run { session in try session.show(try await AdminUsers.find(user, session)) { AdminUsers.table([$0], total: nil) } }
    }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets an account be used again.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id or address.")
    var user: String

    func run() async throws { try await AdminUsers.setActive(user, true, server) }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Disables an account; its tokens stop working at once.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id or address.")
    var user: String

    func run() async throws { try await AdminUsers.setActive(user, false, server) }
  }

  struct SetRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set-role", abstract: "Makes an account an administrator's or an ordinary one.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id or address.")
    var user: String
    @Argument(help: "user or admin.")
    var role: String

    func run() async throws {
      try await server.run { session in
        let id = try await AdminUsers.find(user, session).id
        let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).setUserRole(
          .with {
            $0.userID = id
            $0.role = role
          })
        try session.show(answer) { AdminUsers.table([$0], total: nil) }
      }
    }
  }

  struct SignIns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sign-ins", abstract: "Where somebody is signed in.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id or address.")
    var user: String

    func run() async throws {
      try await server.run { session in
        let id = try await AdminUsers.find(user, session).id
        let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).listUserSignIns(.with { $0.userID = id })
        try session.show(answer) { answer in
          let rows = answer.items.map {
            [$0.id, $0.means, AdminTable.time($0.createdAt), AdminTable.time($0.expiresAt), $0.address, $0.userAgent ?? ""]
          }
          return AdminTable.text([["id", "means", "since", "until", "address", "client"]] + rows)
        }
      }
    }
  }

  struct EndSignIns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "end-sign-ins", abstract: "Signs somebody out everywhere.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id or address.")
    var user: String

    func run() async throws {
      try await server.run { session in
        let id = try await AdminUsers.find(user, session).id
        let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).endUserSignIns(.with { $0.userID = id })
        try session.show(answer) { "ended: \($0.ended)" }
      }
    }
  }

  struct SendResetCode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "send-reset-code", abstract: "Sends somebody a code for a new password, to the account's own address.")
    @OptionGroup var server: AdminServer
    @Argument(help: "Id or address.")
    var user: String

    func run() async throws {
      try await server.run { session in
        let id = try await AdminUsers.find(user, session).id
        let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).sendUserResetCode(.with { $0.userID = id })
        try session.show(answer) { "sent to \($0.email)" }
      }
    }
  }

  private static func setActive(_ user: String, _ isActive: Bool, _ server: AdminServer) async throws {
    try await server.run { session in
      let id = try await find(user, session).id
      let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).setUserActive(
        .with {
          $0.userID = id
          $0.isActive = isActive
        })
      try session.show(answer) { table([$0], total: nil) }
    }
  }

  /// The account of an id or an address.
  private static func find(_ name: String, _ session: AdminServer.Session) async throws -> CSAv1.User {
    let users = CSAAdminV1.UserAdminServiceClient(session.client)
    guard name.contains("@") else { return try await users.getUser(.with { $0.userID = name }) }
    // The keyword is looked for anywhere in the address, so others may come along; there are few.
    var skip: Int64 = 0
    while true {
      let page = try await users.listUsers(
        .with {
          $0.keyword = name
          $0.skip = skip
          $0.limit = 100
        })
      if let user = page.items.first(where: { $0.email == name.lowercased() }) { return user }
      skip += 100
      if skip >= page.total { throw RPCError(.notFound, "用户不存在", reason: "USER_NOT_FOUND") }
    }
  }

  private static func table(_ users: [CSAv1.User], total: Int64?) -> String {
    let rows = users.map {
      [$0.id, $0.email, $0.role, $0.isActive ? "active" : "disabled", AdminTable.time($0.createdAt), $0.fullName ?? ""]
    }
    let table = AdminTable.text([["id", "email", "role", "state", "since", "name"]] + rows)
    return total.map { "\(table)\n\(users.count) of \($0)" } ?? table
  }
}
