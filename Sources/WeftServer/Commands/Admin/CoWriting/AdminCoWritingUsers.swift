import ArgumentParser
import CoWritingAPI
import RPC

/// `weft admin cowriting users …`: everybody's accounts of the co-writing platform. An account is named by its id, its user name or its
/// address.
struct AdminCoWritingUsers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "users", abstract: "Everybody's accounts: list, show, enable, disable, make administrators, delete.",
    subcommands: [List.self, Show.self, Enable.self, Disable.self, Promote.self, Demote.self, Delete.self])

  /// Which account.
  struct Name: ParsableArguments {
    @Argument(help: "Id, user name or address; digits are an id.")
    var user: String

    func find(_ session: AdminSession) async throws -> CoWritingV1.GetUserResponse {
      let users = CoWritingV1.UserServiceClient(session.client)
      if let id = Int64(user) { return try await users.getUser(.with { $0.userID = id }) }
      // The keyword is looked for anywhere, so others may come along; there are few.
      let found = try await session.collect(max: 10_000, pageMax: 100) { skip, limit in
        try await AdminCoWritingUsers.page(skip, limit, session) { $0.keyword = String(user.prefix(100)) }
      }
      let name = user.lowercased()
      guard let found = found.first(where: { $0.username.lowercased() == name || $0.email == name }) else {
        throw RPCError(.notFound, "用户不存在", reason: "NOT_FOUND")
      }
      return try await users.getUser(.with { $0.userID = found.id })
    }
  }

  struct List: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Accounts, newest first.")
    @OptionGroup var server: AdminServer
    @OptionGroup var page: AdminPage
    @Option(help: "Only those with this role: user or admin.", completion: .list(["user", "admin"]))
    var role: String?
    @Flag(help: "Only those that may be used.")
    var active = false
    @Flag(help: "Only those that may not be used.")
    var disabled = false
    @Argument(help: "Only accounts whose user name, address or full name contains this.")
    var keyword: String?

    mutating func validate() throws {
      guard !(active && disabled) else { throw ValidationError("--active and --disabled contradict each other; give one") }
    }

    func run(_ session: AdminSession) async throws {
      try await session.list(.coWritingUsers, page) { skip, limit in
        try await AdminCoWritingUsers.page(skip, limit, session) {
          $0.keyword = keyword
          $0.role = role
          $0.isActive = active ? true : disabled ? false : nil
        }
      }
    }
  }

  struct Show: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "One account.", aliases: ["get"])
    @OptionGroup var server: AdminServer
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws { try session.show(try await name.find(session), .coWritingUser) }
  }

  struct Enable: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Lets an account be used again; its older tokens stay ended.")
    @OptionGroup var server: AdminServer
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws { try await AdminCoWritingUsers.setActive(try await name.find(session), true, session) }
  }

  struct Disable: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Disables an account; its tokens stop working at once.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let user = try await name.find(session)
      try confirmation.ask("Disable this account", [user], .coWritingUser, session)
      try await AdminCoWritingUsers.setActive(user, false, session)
    }
  }

  struct Promote: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Makes an account an administrator's.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      try await AdminCoWritingUsers.setRole("admin", "Make this account an administrator's", name, confirmation, session)
    }
  }

  struct Demote: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(abstract: "Makes an administrator's account an ordinary one.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      try await AdminCoWritingUsers.setRole("user", "Make this account an ordinary one", name, confirmation, session)
    }
  }

  struct Delete: CoWritingAdminCommand {
    static let configuration = CommandConfiguration(
      abstract: "Deletes an account: its tokens stop working at once, its work stays, its name is not given to anybody else.")
    @OptionGroup var server: AdminServer
    @OptionGroup var confirmation: AdminConfirmation
    @OptionGroup var name: Name

    func run(_ session: AdminSession) async throws {
      let user = try await name.find(session)
      try confirmation.ask("Delete this account", [user], .coWritingUser, session)
      let answer = try await CoWritingV1.UserServiceClient(session.client).deleteUser(.with { $0.userID = user.id })
      try session.done(answer, "deleted account \(user.id)")
    }
  }

  /// Part of the list, which the API gives by pages of one size: one page where the part begins at one, otherwise those that it lies in.
  private static func page(
    _ skip: Int64, _ limit: Int32, _ session: AdminSession, _ narrow: (inout CoWritingV1.ListUsersRequest) -> Void
  ) async throws -> AdminSession.Page<CoWritingV1.UserItem> {
    let users = CoWritingV1.UserServiceClient(session.client)
    var items: [CoWritingV1.UserItem] = []
    var (number, surplus) = (skip / Int64(limit) + 1, Int(skip % Int64(limit)))
    while true {
      var request = CoWritingV1.ListUsersRequest()
      request.page = Int32(clamping: number)
      request.size = limit
      narrow(&request)
      let answer = try await users.listUsers(request)
      items += answer.items.dropFirst(surplus)
      guard items.count < Int(limit), answer.items.count == Int(limit) else { return (answer.total, Array(items.prefix(Int(limit)))) }
      (number, surplus) = (number + 1, 0)
    }
  }

  private static func setActive(_ user: CoWritingV1.GetUserResponse, _ isActive: Bool, _ session: AdminSession) async throws {
    let answer = try await CoWritingV1.UserServiceClient(session.client).setUserActive(
      .with {
        $0.userID = user.id
        $0.isActive = isActive
      })
    try session.row(answer, .coWritingUser)
  }

  /// A new administrator can undo everything that others do, so this is asked about too.
  private static func setRole(
    _ role: String, _ question: String, _ name: Name, _ confirmation: AdminConfirmation, _ session: AdminSession
  ) async throws {
    let user = try await name.find(session)
    if user.role != role { try confirmation.ask(question, [user], .coWritingUser, session) }
    let answer = try await CoWritingV1.UserServiceClient(session.client).setUserRole(
      .with {
        $0.userID = user.id
        $0.role = role
      })
    try session.row(answer, .coWritingUser)
  }
}
