import Identity

extension TokenValidity.UserState {
  /// An ordinary active user whose tokens were never ended needs no state.
  init(_ user: User) {
    self.init(epoch: user.tokenEpoch, isDisabled: !user.isActive, role: user.role == User.Role.user ? nil : user.role)
  }
}
