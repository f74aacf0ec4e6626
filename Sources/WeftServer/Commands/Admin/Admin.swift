import ArgumentParser

/// `weft admin …`: what operators do, on a running server over gRPC or on its data directory.
struct Admin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Operator tasks: on a running server over gRPC, or on its own data directory.",
    discussion: """
      weft admin users list --server 127.0.0.1:50051
      weft admin users disable user@example.com
      weft admin audit --action password.reset
      weft admin rotate-secret
      weft admin reset-password --data-dir DIR --email admin@example.com

      Over gRPC an administrator signs in: --token or WEFT_ADMIN_TOKEN, or an address (--email, WEFT_ADMIN_EMAIL) and its password \
      (WEFT_ADMIN_PASSWORD, or the terminal asks). The exit status is 0; 64 + the gRPC status code of a call that failed; 1 where no \
      call was made.
      """,
    subcommands: [
      AdminUsers.self, AdminOAuthClients.self, AdminKeys.self, AdminAudit.self, AdminRotateSecret.self, AdminResetPassword.self,
    ])
}
