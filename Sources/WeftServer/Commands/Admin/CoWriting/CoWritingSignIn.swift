import ArgumentParser
import CoWritingAPI
import Console
import Foundation
import Net
import RPC

/// Signing in to the co-writing platform: what is kept is the token that everybody gets there.
struct CoWritingSignIn: AdminApplication {
  static let login = "weft admin cowriting login"

  func signIn(_ email: String, _ password: String, _ place: AdminTarget.Place, _ loops: EventLoopGroup) async throws -> String {
    try await Self.begin(email, password, place, loops).accessToken
  }

  /// Leaves no token behind that would work for days.
  func endSignIn(_ client: RPCClient) async {
    do {
      _ = try await CoWritingV1.AuthServiceClient(client).logout(.init())
    } catch {
      Terminal.error("the sign-in for this task was not ended and ends by itself when its token does: \(error)")
    }
  }

  func storedToken(_ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup) async throws -> String {
    guard let stored = place.coWriting else { throw AdminServer.notSignedIn(at: place, login: Self.login) }
    return stored.accessToken
  }

  func storedTokenWasRefused(
    _ error: RPCError, _ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup
  ) async throws {
    throw AdminServer.signInHasEnded(at: place, error, login: Self.login)
  }

  static func begin(
    _ email: String, _ password: String, _ place: AdminTarget.Place, _ loops: EventLoopGroup
  ) async throws -> CoWritingV1.LoginResponse {
    let client = place.client(loops)
    defer { client.close() }
    return try await CoWritingV1.AuthServiceClient(client).login(
      .with {
        $0.username = email
        $0.password = password
      })
  }

  /// Ends a token at its server.
  ///
  /// - Throws: `RPCError` where the server was not told; one that has ended already is as good.
  static func end(_ token: String, _ place: AdminTarget.Place, _ loops: EventLoopGroup) async throws(RPCError) {
    let client = place.client(loops, token: token)
    defer { client.close() }
    do {
      _ = try await CoWritingV1.AuthServiceClient(client).logout(.init())
    } catch {
      guard error.code == .unauthenticated else { throw error }
    }
  }

  /// When a token ends that a server says lives for `seconds`: within the longest that any may, whatever it says.
  static func end(after seconds: Int64, _ now: Int64) -> Int64 { now + min(max(seconds, 0), 4 * 365 * 86_400) }
}
