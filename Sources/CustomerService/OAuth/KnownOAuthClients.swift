import Synchronization

/// Clients that authenticated lately, so that their next request needs no read before its secret can be looked at.
///
/// A client's row hardly changes: it is disabled, enabled, given another secret or deleted, which `forget` follows between the commit and the answer. Bounded by
/// starting anew when full: only clients that exist get in, so strangers push nobody out.
final class KnownOAuthClients: Sendable {
  private struct Table {
    var clients: [String: OAuthClient] = [:]
    /// How often something was forgotten: what was read before that is not to be remembered after it.
    var edition: UInt64 = 0
  }

  private let countMax: Int
  private let table = Mutex(Table())

  init(countMax: Int = 1024) { self.countMax = countMax }

  /// The client, if it is known, and what `remember` wants to be told once it was read.
  func client(id: String) -> (client: OAuthClient?, edition: UInt64) {
    table.withLock { ($0.clients[id], $0.edition) }
  }

  /// - Parameter edition: As `client(id:)` gave it, before the row was read.
  func remember(_ client: OAuthClient, edition: UInt64) {
    table.withLock { table in
      guard table.edition == edition else { return }
      if table.clients.count >= countMax { table.clients = [:] }
      table.clients[client.id] = client
    }
  }

  /// Its row has changed.
  func forget(id: String) {
    table.withLock { table in
      table.edition += 1
      table.clients[id] = nil
    }
  }
}
