import ArgumentParser
import CustomerService
import CustomerServiceAPI
import Foundation
import Identity
import Platform

/// `weft admin rotate-secret`: another secret signs access tokens from now on.
struct AdminRotateSecret: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate-secret", abstract: "Replaces the secret that signs access tokens.",
    discussion: """
      On a running server, or in the data directory (--data-dir) of one that does not run. Tokens given out before work until they end: \
      half an hour at most, those of co-writing four times WEFT_TOKEN_DAYS. Where WEFT_JWT_SECRET says which secret signs, change it there \
      and keep the old one in WEFT_JWT_SECRET_PREVIOUS for as long.
      """)

  @Flag(name: .customLong("at-once"), help: "Take nothing that was signed before: for a secret that was stolen. Everybody signs in again.")
  var atOnce = false
  @Option(name: .customLong("data-dir"), help: "The data directory of a server that does not run.")
  var dataDirectory: String?
  @OptionGroup var server: AdminServer
  @OptionGroup var confirmation: AdminConfirmation
  @OptionGroup var flags: AdminOfflineFlags

  func run() async throws {
    if let dataDirectory { return try await rotate(in: dataDirectory) }
    try await server.run(at: CustomerServiceSignIn()) { session in
      let question = atOnce ? "Replace the secret and sign everybody out" : "Replace the secret that signs access tokens"
      try confirmation.ask(question, about: nil, session)
      let answer = try await CSAAdminV1.SigningSecretAdminServiceClient(session.client).rotateSigningSecret(.with { $0.atOnce = atOnce })
      try session.show(answer) { answer in
        answer.previousAcceptedUntil.map { "weft: rotated; older tokens are taken until \(AdminResource<CSAv1.User>.time($0))" }
          ?? "weft: rotated; everybody has to sign in again"
      }
    }
  }

  private func rotate(in directory: String) async throws {
    do {
      let place = try await OperatorDirectory(directory, databaseURL: flags.databaseURL)
      do {
        guard place.isAlone else {
          throw OperatorDirectory.Failure(description: "a server runs on \(directory): ask it with --server, without --data-dir")
        }
        try await place.tasks.noteSecretRotation(atOnce: atOnce)
        let now = SystemTime().wallSeconds
        let source = SettingSource(flags: [:], environment: ProcessInfo.processInfo.environment)
        let overlap = ServeSettings.secretOverlap(try ServeSettings.applications(source), try ServeSettings.tokenLifetimes(source))
        _ = try SigningSecretFiles(directory: directory, random: SystemRandom()).rotate(
          at: now, acceptedUntil: atOnce ? nil : now + overlap.components.seconds)
      } catch {
        await place.close()
        throw error
      }
      await place.close()
      Terminal.line("weft: rotated")
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }
}
