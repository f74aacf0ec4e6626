import Storage

/// Forgets rows that serve nothing any more, and tidies up the search index.
///
/// Tables that strangers can fill must be emptied as fast as that goes: a server gives out tokens by the thousand a second.
enum Housekeeping {
  /// How many rows of a table one transaction forgets, as the tables' SQL has it: a few milliseconds, so that calls come in between.
  private static let rowsMax = 1000
  /// How often at most one after another: 100,000 rows of each table in a minute.
  static let roundsMax = 100

  /// - Parameters:
  ///   - now: Microseconds since 1970.
  ///   - auditedSince: What is older leaves the audit trail.
  static func forgetExpired(in database: Database, now: Int64, auditedSince: Int64) async throws {
    for _ in 0..<roundsMax {
      let most = try await database.write { transaction in
        try [
          SignInStore.forgetExpired(now: now, transaction),
          OAuthCodeStore.forgetExpired(now: now, transaction),
          BrowserSessionStore.forgetExpired(now: now, transaction),
          OAuthTokenStore.forgetExpired(now: now, transaction),
          OAuthGrantStore.forgetExpired(now: now, transaction),
          AuditStore.forget(before: auditedSince, transaction),
          UsedChallengeStore.forgetExpired(now: now, transaction),
          ValidityStore.forget(before: now - ValidityStore.retentionMicroseconds, transaction),
          TextMessageStore.forgetExpired(now: now, transaction),
        ].max() ?? 0
      }
      if most < rowsMax { break }
    }
    for _ in 0..<roundsMax {
      guard try await database.write({ try TicketSearch.index.merge($0) }) else { break }
    }
  }
}
