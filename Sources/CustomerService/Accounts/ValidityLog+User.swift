import ApplicationSupport
import Identity
import Platform
import Storage

extension ValidityLog {
  /// The log of this application's tokens.
  convenience init(validity: TokenValidity, database: Database, shared: SharedGeneration, time: any TimeSource) {
    self.init(validity: validity, lines: ValidityStore.self, database: database, shared: shared, time: time)
  }

  /// Makes `user`'s state hold for tokens from the commit of `transaction` on, before its answer leaves.
  func follow(_ user: User, _ transaction: Transaction) throws { try follow(user.id, .init(user), transaction) }
}
