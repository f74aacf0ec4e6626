import ArgumentParser
import CustomerServiceAPI
import RPC

/// `weft admin users …`: everybody's accounts. An account is named by its id or its address.
struct AdminUsers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "users", abstract: "Everybody's accounts: list, show, enable, disable, make administrators, sign out.",
    subcommands: [
      List.self, Show.self, Enable.self, Disable.self, Promote.self, Demote.self, SetRole.self, SignIns.self, EndSignIns.self,
      SendResetCode.self,
    ])

  /// Which account.
  struct Name: ParsableArguments {
    @Argument(help: "Id or address.")
    var user: String

    /// - Throws: `AdminMistake` for what is neither.
    func find(_ session: AdminSession) async throws -> CSAv1.User {
      let users = CSAAdminV1.UserAdminServiceClient(session.client)
      guard user.contains("@") else {
        let id = try AdminID.object(user, of: "user (nor is it an address)", list: "users list")
        return try await users.getUser(.with { $0.userID = id })
      }
      // The keyword is looked for anywhere in the address, so others may come along; there are few.
      let found = try await session.collect(max: 10_000, pageMax: 100) { skip, limit in
        let page = try await users.listUsers(
          .with {
            $0.keyword = user
            $0.skip = skip
            $0.limit = limit
          })
        return (page.total, page.items)
      }
      guard let found = found.first(where: { $0.email == user.lowercased() }) else {
        throw RPCError(.notFound, "用户不存在", reason: "USER_NOT_FOUND")
      }
      return found
    }
  }

  struct List: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Accounts, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Argument(help: "Only accounts whose address or name contains this.")
    var keyword: String?

    func run(_ session: AdminSession) async throws {
      let users = CSAAdminV1.UserAdminServiceClient(session.client)
      try await session.list(.users, page) { skip, limit in
        let answer = try await users.listUsers(
          .with {
            $0.skip = skip
            $0.limit = limit
            $0.keyword = keyword
          })
        return (answer.total, answer.items)
      }
    }
  }

  struct Show: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "One account.", aliases: ["get"])
    @OptionGroup var server: AdminServer
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws { try session.show(try await name.find(session), .users) }
  }

  struct Enable: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Lets an account be used again.")
    @OptionGroup var server: AdminServer
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws { try await AdminUsers.setActive(try await name.find(session), true, session) }
  }

  struct Disable: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Disables an account; its tokens stop working at once.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let user = try await name.find(session)
      try confirmation.ask("Disable this account", [user], .users, session)
      try await AdminUsers.setActive(user, false, session)
    }
  }

  struct Promote: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Makes an account an administrator's.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws { try await AdminUsers.setRole("admin", name, confirmation, session) }
  }

  struct Demote: AdminCommand {
    static let configuration = CommandConfiguration(abstract: "Makes an administrator's account an ordinary one.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws { try await AdminUsers.setRole("user", name, confirmation, session) }
  }

  struct SetRole: AdminCommand {
    static let configuration = CommandConfiguration(commandName: "set-role", abstract: "Promotes or demotes an account by the role's name.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name
    @Argument(help: "user or admin.", completion: .list(["user", "admin"]))
    var role: String

    func run(_ session: AdminSession) async throws { try await AdminUsers.setRole(role, name, confirmation, session) }
  }

  struct SignIns: AdminCommand {
    static let configuration = CommandConfiguration(commandName: "sign-ins", abstract: "Where somebody is signed in.")
    @OptionGroup var server: AdminServer
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let id = try await name.find(session).id
      let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).listUserSignIns(.with { $0.userID = id })
      try session.list(.signIns, answer.items)
    }
  }

  struct EndSignIns: AdminCommand {
    static let configuration = CommandConfiguration(commandName: "end-sign-ins", abstract: "Signs somebody out everywhere.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let user = try await name.find(session)
      let users = CSAAdminV1.UserAdminServiceClient(session.client)
      if !confirmation.yes {
        let items = try await users.listUserSignIns(.with { $0.userID = user.id }).items
        try confirmation.ask("End all sign-ins of \(user.email)", items, .signIns, session)
      }
      try session.show(try await users.endUserSignIns(.with { $0.userID = user.id })) { "ended: \($0.ended)" }
    }
  }

  struct SendResetCode: AdminCommand {
    static let configuration = CommandConfiguration(
      commandName: "send-reset-code", abstract: "Sends somebody a code for a new password, to the account's own address.",
      aliases: ["reset-code"])
    @OptionGroup var server: AdminServer
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let id = try await name.find(session).id
      let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).sendUserResetCode(.with { $0.userID = id })
      try session.show(answer) { "sent to \($0.email)" }
    }
  }

  private static func setActive(_ user: CSAv1.User, _ isActive: Bool, _ session: AdminSession) async throws {
    let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).setUserActive(
      .with {
        $0.userID = user.id
        $0.isActive = isActive
      })
    try session.row(answer, .users)
  }

  /// A new administrator can undo everything that others do, so this is asked about too.
  private static func setRole(_ role: String, _ name: Name, _ confirmation: AdminConfirmation, _ session: AdminSession) async throws {
    let user = try await name.find(session)
    if user.role != role {
      let question = role == "admin" ? "Make this account an administrator's" : "Make this account an ordinary one"
      try confirmation.ask(question, [user], .users, session)
    }
    let answer = try await CSAAdminV1.UserAdminServiceClient(session.client).setUserRole(
      .with {
        $0.userID = user.id
        $0.role = role
      })
    try session.row(answer, .users)
  }
}
