import Console
import Net
import RPC

/// An application of a server, as the console signs in to it: a token is of one application.
protocol AdminApplication: Sendable {
  /// Signs in for one task.
  ///
  /// - Returns: An access token.
  func signIn(_ email: String, _ password: String, _ place: AdminTarget.Place, _ loops: EventLoopGroup) async throws -> String

  /// Ends what `signIn` began. That it could not be ended spoils nothing that was done.
  func endSignIn(_ client: RPCClient) async

  /// The access token of the sign-in that is kept.
  ///
  /// - Throws: `ExitCode`, having said what to do, where there is none or it has ended.
  func storedToken(_ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup) async throws -> String

  /// Says what to do about a token of the sign-in that is kept and that the server refused.
  func storedTokenWasRefused(
    _ error: RPCError, _ place: AdminTarget.Place, _ file: SignInFile, _ loops: EventLoopGroup
  ) async throws
}
