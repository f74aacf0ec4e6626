import ArgumentParser
import CustomerService
import Foundation
import Platform

/// `weft admin reset-password`: for somebody whom the server lets in no more, on its own machine.
struct AdminResetPassword: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset-password", abstract: "Sets an account's password in the data directory; the server may run meanwhile.",
    discussion: """
      The new password is the first line of standard input with --password-stdin; otherwise the terminal asks for it, and one is made up \
      and printed where nothing is typed or there is no terminal. Everything by which the account is signed in ends.
      """)

  @Option(name: .customLong("data-dir"), help: "The server's data directory.")
  var dataDirectory: String
  @Option(help: "The account's address.")
  var email: String
  @Flag(name: .customLong("make-admin"), help: "Make the account an active administrator's as well.")
  var makesAdministrator = false
  @Flag(name: .customLong("password-stdin"), help: "Read the new password from standard input.")
  var readsPassword = false
  @OptionGroup var flags: AdminOfflineFlags

  func run() async throws {
    do {
      let (password, isMadeUp) = try newPassword()
      let directory = try await OperatorDirectory(dataDirectory, databaseURL: flags.databaseURL)
      let account: OperatorTasks.Account
      do {
        account = try await directory.tasks.resetPassword(of: email, to: password, makesAdministrator: makesAdministrator)
      } catch {
        await directory.close()
        throw error
      }
      await directory.close()
      Terminal.line(
        isMadeUp ? "weft: \(account.email) has the new password \(password)" : "weft: \(account.email) has the new password")
      if !account.isActive { Terminal.error("the account is disabled; --make-admin, or an administrator, enables it") }
    } catch OperatorTasks.Failure.noSuchAccount {
      Terminal.error("no account has the address \(email)")
      throw ExitCode.failure
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }

  private func newPassword() throws -> (text: String, isMadeUp: Bool) {
    var typed = ""
    if readsPassword {
      typed = readLine() ?? ""
      if typed.isEmpty { throw OperatorDirectory.Failure(description: "standard input holds no password") }
    } else if let first = Terminal.secret("New password for \(email), or nothing for one made up: "), !first.isEmpty {
      guard Terminal.secret("The same again: ") == first else {
        throw OperatorDirectory.Failure(description: "these were two passwords; nothing was changed")
      }
      typed = first
    }
    guard !typed.isEmpty else { return (SystemRandom().bytes(15).map { String($0, radix: 36) }.joined(), true) }
    // As the proto has it for everybody.
    guard (8...128).contains(typed.unicodeScalars.count) else {
      throw OperatorDirectory.Failure(description: "a password has 8 to 128 characters; this one has \(typed.unicodeScalars.count)")
    }
    return (typed, false)
  }
}
