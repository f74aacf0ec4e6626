import ArgumentParser

/// `weft admin …`: what operators do, on a running server over gRPC or on its data directory.
struct Admin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Operator tasks: on a running server over gRPC, or on its own data directory.",
    discussion: """
      weft admin login --server 127.0.0.1:50051
      weft admin tickets list --status pending
      weft admin tickets reply 6b01b88d92200018f7dd5095 --file answer.md
      weft admin users disable user@example.com
      weft admin audit --action password.reset --all --json-lines
      weft admin reset-password --data-dir DIR --email admin@example.com
      weft admin cowriting login --server 127.0.0.1:50051
      weft admin cowriting users list --role admin

      Who asks: whoever signed in with "weft admin login", for a working day. For scripts, in this order: --token or --token-stdin; --email \
      and a password (WEFT_ADMIN_PASSWORD, or the terminal asks), signed in for the one task; WEFT_ADMIN_TOKEN; WEFT_ADMIN_EMAIL.

      Standard output has data only; messages and questions are on standard error. The exit status is 0; 1 where something of this side is \
      in the way, or nobody confirmed; 64 for a mistake in the arguments; 64 + the gRPC status code where the server refused (67 a value \
      that is not allowed, 69 not found, 71 not allowed, 73 not possible now, 78 no server, 80 not signed in).
      """,
    subcommands: [
      AdminLogin.self, AdminLogout.self, AdminWhoami.self, AdminServers.self,
      AdminUsers.self, AdminTickets.self, AdminAccounts.self, AdminContracts.self, AdminProjects.self, AdminContacts.self,
      AdminOAuthClients.self, AdminKeys.self, AdminAudit.self, AdminRotateSecret.self, AdminResetPassword.self, AdminCoWriting.self,
    ])
}
