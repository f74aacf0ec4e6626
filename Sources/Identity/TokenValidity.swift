public import Platform
internal import Synchronization

/// Which users and tokens are not as their tokens say, held in memory and looked up on every call.
///
/// A user nobody disabled, whose password and role never changed, is not in it. It is filled from the database at start
/// and changed by `Transaction.afterCommit`: between the commit and the answer, so that whoever has seen the answer finds
/// it in force.
public final class TokenValidity: Sendable {
  /// How a user differs from the default.
  public struct UserState: Sendable, Equatable {
    /// Tokens made in an earlier epoch are outdated.
    public var epoch: Int64
    /// Id of the one older token that is not: that of whoever ended the others.
    public var sparedTokenID: String?
    public var isDisabled: Bool
    /// The role that counts instead of the token's; nil for the token's own.
    public var role: String?

    public init(epoch: Int64 = 0, isDisabled: Bool = false, role: String? = nil, sparedTokenID: String? = nil) {
      self.epoch = epoch
      self.sparedTokenID = sparedTokenID
      self.isDisabled = isDisabled
      self.role = role
    }
  }

  public enum Verdict: Sendable, Equatable {
    /// In force, with the role that counts now.
    case valid(role: String)
    /// The user is disabled; said only of tokens that were otherwise in force.
    case disabled
    /// Of an earlier epoch.
    case outdated
    /// Revoked by its id.
    case revoked
  }

  private struct Table {
    var users: [String: UserState] = [:]
    /// Token id to the second at which it expires anyway.
    var revoked: [String: Int64] = [:]
    var sweepAt = 1024
  }

  private let table = Mutex(Table())
  private let time: any TimeSource

  public init(time: any TimeSource) { self.time = time }

  /// Whether a verified token is in force.
  public func verdict(_ claims: AccessClaims) -> Verdict {
    table.withLock { table in
      if !table.revoked.isEmpty, table.revoked[claims.tokenID] != nil { return .revoked }
      guard !table.users.isEmpty, let state = table.users[claims.subject] else { return .valid(role: claims.role) }
      if claims.epoch < state.epoch, state.sparedTokenID != claims.tokenID { return .outdated }
      if state.isDisabled { return .disabled }
      return .valid(role: state.role ?? claims.role)
    }
  }

  /// What is true of a user now, whatever the token.
  public func state(of user: String) -> UserState { table.withLock { $0.users[user] ?? UserState() } }

  /// Sets what is true of a user from now on.
  public func set(_ state: UserState, for user: String) {
    table.withLock { table in
      // The default needs no entry.
      table.users[user] = state == UserState() ? nil : state
    }
  }

  /// Ends one token.
  ///
  /// - Parameter expiresAt: Its `exp`, in seconds since 1970: after that it need not be remembered.
  public func revoke(tokenID: String, expiresAt: Int64) {
    let now = time.wallSeconds
    guard expiresAt > now else { return }
    table.withLock { table in
      table.revoked[tokenID] = expiresAt
      // Swept when it has doubled, so that a sweep costs each entry a constant.
      guard table.revoked.count >= table.sweepAt else { return }
      table.revoked = table.revoked.filter { $0.value > now }
      table.sweepAt = max(1024, table.revoked.count * 2)
    }
  }

  /// How many users and tokens are remembered.
  public var counts: (users: Int, revoked: Int) { table.withLock { ($0.users.count, $0.revoked.count) } }
}
