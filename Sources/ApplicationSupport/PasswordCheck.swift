package import Identity
package import RPC

/// Passwords on behalf of a call: hashing ends at its deadline, and a full queue is said in RPC's words.
package struct PasswordCheck: Sendable {
  package let hasher: PasswordHasher

  package init(hasher: PasswordHasher) { self.hasher = hasher }

  package func hash(_ password: String, for call: ServerCall) async throws -> String {
    do {
      return try await hasher.hash(password, deadline: call.latest)
    } catch {
      throw error.rpcError ?? error
    }
  }

  /// - Parameter stored: Nil for nobody: the same time is spent and the answer is no.
  package func verify(_ password: String, against stored: String?, for call: ServerCall) async throws -> Bool {
    do {
      return try await hasher.verify(password, against: stored, deadline: call.latest)
    } catch {
      throw error.rpcError ?? error
    }
  }
}

extension IdentityError {
  /// What the caller may know of it; nil for what only the log should.
  fileprivate var rpcError: (any Error)? {
    switch self {
    case .overloaded(let retryAfter): RPCError.serverBusy(retryAfter: retryAfter)
    case .deadline: RPCError.waitTimedOut
    case .cancelled: CancellationError()
    default: nil
    }
  }
}
