package import Identity
package import Storage

/// The table in which an application writes down what changes which tokens hold: a line a change, numbered upwards.
package protocol ValidityLines: SendableMetatype {
  /// - Returns: The number of the line, greater than every one before.
  static func insert(_ subject: ValiditySubject, at now: Int64, _ transaction: Transaction) throws -> Int64
  /// The lines after one, oldest first.
  static func changes(after number: Int64, limit: Int64, _ transaction: ReadTransaction) throws -> [ValidityChange]
  /// The number of the last line; 0 before the first.
  static func last(_ transaction: ReadTransaction) throws -> Int64
  /// Every account whose tokens need a second look: disabled, administrator, or with tokens that were ended not long ago.
  static func unusualUsers(_ transaction: ReadTransaction) throws -> [(id: String, state: TokenValidity.UserState)]
  /// Every token that was ended by its id; `expiresAt` in seconds since 1970.
  static func endedTokens(_ transaction: ReadTransaction) throws -> [(id: String, expiresAt: Int64)]
}

/// What a line says has changed.
package enum ValiditySubject: Sendable {
  /// Which tokens of a user hold.
  case user(String)
  /// One token has ended; `expiresAt` is its `exp`, in seconds since 1970.
  case token(id: String, expiresAt: Int64)
}

/// A line as it is read: with what is true of the user now, not when it was written.
package struct ValidityChange: Sendable {
  package enum What: Sendable {
    case user(id: String, state: TokenValidity.UserState)
    case token(id: String, expiresAt: Int64)
    /// The user is gone.
    case nobody
  }
  package var number: Int64
  package var what: What

  package init(number: Int64, what: What) {
    self.number = number
    self.what = what
  }
}
