import ApplicationSupport
import Storage

extension ValidityLog {
  /// Ends everything by which `user` is signed in, from the commit of `transaction` on: with every change of a password, whoever makes it.
  ///
  /// To be called before `UserStore.update`, which the caller does.
  func endSignIns(of user: inout User, at now: Int64, _ transaction: Transaction) throws {
    user.tokenEpoch += 1
    try SignInStore.endAll(of: user.id, at: now, transaction)
    try follow(user, transaction)
  }

  /// Ends one sign-in and its token from the commit of `transaction` on.
  func end(_ signIn: SignIn, at now: Int64, _ transaction: Transaction) throws {
    try SignInStore.end(signIn.id, at: now, transaction)
    try revoke(tokenID: signIn.tokenID, expiresAt: signIn.expiresAt / 1_000_000, transaction)
  }
}
