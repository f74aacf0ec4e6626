import Identity
import Storage

/// Whose a token is, for what gives out or ends tokens.
enum TokenHolder {
  /// The account of a token that holds in this very transaction: it may have ended since the call came in, and of two that would end it
  /// only one may go on.
  ///
  /// - Throws: `unauthorized` for a token that has ended, by itself or with its account's others; `accountDisabled`.
  static func user(of token: AccessClaims, _ transaction: ReadTransaction) throws -> User {
    guard let id = Int64(token.subject), let user = try UserStore.user(id: id, transaction),
      token.epoch >= user.tokenEpoch || user.sparedTokenID == token.tokenID, try !ValidityStore.isEnded(token.tokenID, transaction)
    else { throw CoWritingError.unauthorized }
    guard user.isActive else { throw CoWritingError.accountDisabled }
    return user
  }
}
