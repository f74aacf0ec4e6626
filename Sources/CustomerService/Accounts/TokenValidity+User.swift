import Identity
import Storage

extension TokenValidity {
  /// Holds for `user`'s tokens from the commit of `transaction` on, before its answer leaves.
  func follow(_ user: User, _ transaction: Transaction) {
    transaction.afterCommit { self.set(UserState(user), for: user.id) }
  }
}

extension TokenValidity.UserState {
  /// An ordinary active user whose tokens were never ended needs no state.
  init(_ user: User) {
    self.init(epoch: user.tokenEpoch, isDisabled: !user.isActive, role: user.role == User.Role.user ? nil : user.role)
  }
}
