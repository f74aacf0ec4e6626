import ArgumentParser
import Console
import Foundation

/// Who signs in, and with which password.
struct AdminCredentials: ParsableArguments {
  @Option(help: "The administrator's address (default: WEFT_ADMIN_EMAIL, or the terminal asks).")
  var email: String?
  @Flag(name: .customLong("password-stdin"), help: "Read the password from the first line of standard input.")
  var readsPassword = false

  /// What the command, its environment or the terminal says; warns where it would travel in plain text.
  func ask(at place: AdminTarget.Place) throws -> (email: String, password: String) {
    let source = SettingSource(flags: [:], environment: ProcessInfo.processInfo.environment)
    guard let email = try email ?? source.text("WEFT_ADMIN_EMAIL") ?? Terminal.ask("Email at \(place.name): "), !email.isEmpty else {
      throw AdminMistake(description: "say who signs in: --email")
    }
    if place.isOpen { Terminal.error("warning: the password goes to \(place.name) without TLS; --tls protects it") }
    return (email, try password(of: email, source))
  }

  private func password(of email: String, _ source: SettingSource) throws -> String {
    if readsPassword {
      guard let line = readLine(), !line.isEmpty else { throw AdminMistake(description: "standard input holds no password") }
      return line
    }
    guard let password = try source.text("WEFT_ADMIN_PASSWORD") ?? Terminal.secret("Password of \(email): ") else {
      throw AdminMistake(description: "no terminal can ask for the password: --password-stdin, or WEFT_ADMIN_PASSWORD")
    }
    return password
  }
}
