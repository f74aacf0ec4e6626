import ArgumentParser
import Console
import CustomerServiceAPI
import Foundation
import Net
import RPC

/// Signing in to the customer service: a session key gets access tokens for a working day.
struct CustomerServiceSignIn: AdminApplication {
  private static let login = "weft admin login"

  func signIn(_ email: String, _ password: String, _ place: AdminTarget.Place, _ loops: EventLoopGroup) async throws -> String {
    let client = place.client(loops)
    defer { client.close() }
    let answer = try await CSAv1.AuthServiceClient(client).login(
      .with {
        $0.email = email
        $0.password = password
      })
    return answer.accessToken
  }

  /// Leaves no token behind that would work for another half hour.
  func endSignIn(_ client: RPCClient) async {
    let users = CSAv1.UserServiceClient(client)
    do {
      guard let current = try await users.listSignIns(.init()).items.first(where: \.isCurrent) else { return }
      _ = try await users.endSignIn(.with { $0.signInID = current.id })
    } catch {
      Terminal.error("the sign-in for this task was not ended and ends by itself in half an hour: \(error)")
    }
  }

  /// Another token where it has ten minutes left or less: no task takes longer.
  func storedToken(_ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup) async throws -> String {
    guard let stored = place.stored else { throw AdminServer.notSignedIn(at: place, login: Self.login) }
    let needed = Int64(Date().timeIntervalSince1970) + 600
    // In the last ten minutes of the session no token lives longer than it.
    if stored.accessExpiresAt > needed { return stored.accessToken }
    return try await renewedToken(of: stored, place, file, loops)
  }

  /// Tokens may end before the session: with the secret that signed them.
  func storedTokenWasRefused(
    _ error: RPCError, _ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup
  ) async throws {
    guard let stored = place.stored else { return }
    _ = try await renewedToken(of: stored, place, file, loops)
    Terminal.error("\(error.message): the access token was refused; there is a new one, run the command again")
    throw ExitCode(AdminServer.status(error))
  }

  /// When a token ends that a server says lives for `seconds`: within a day, whatever it says.
  static func end(after seconds: Int64, _ now: Int64) -> Int64 { now + min(max(seconds, 0), 86_400) }

  private func renewedToken(
    of stored: StoredSignIn, _ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup
  ) async throws -> String {
    let now = Int64(Date().timeIntervalSince1970)
    let client = place.client(loops)
    defer { client.close() }
    do {
      let renewed = try await CSAv1.ConsoleServiceClient(client).renewConsoleSession(.with { $0.sessionKey = stored.sessionKey })
      try file.update { book in
        // Not where somebody signed in anew meanwhile.
        guard book.servers[place.name]?.sessionKey == stored.sessionKey else { return }
        book.servers[place.name]?.accessToken = renewed.accessToken
        book.servers[place.name]?.accessExpiresAt = Self.end(after: renewed.expiresIn, now)
      }
      return renewed.accessToken
    } catch let error as RPCError where error.code == .unauthenticated {
      throw AdminServer.signInHasEnded(at: place, error, login: Self.login)
    }
  }
}
