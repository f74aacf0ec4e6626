import Storage

/// All SQL about the search index of tickets, and what of a ticket is in it: title, question and messages, under its number.
enum TicketSearch {
  static let index = SearchIndex(
    name: "csa_ticket_search",
    statements: .init(
      insert: "INSERT INTO csa_ticket_search (rowid, tokens) VALUES ($key, $tokens)",
      delete: "INSERT INTO csa_ticket_search (csa_ticket_search, rowid, tokens) VALUES ('delete', $key, $tokens)",
      clear: "INSERT INTO csa_ticket_search (csa_ticket_search) VALUES ('delete-all')",
      merge: "INSERT INTO csa_ticket_search (csa_ticket_search, rank) VALUES ('merge', $pages)",
      count: "SELECT count(*) FROM csa_ticket_search WHERE csa_ticket_search MATCH $match",
      keys: """
        SELECT rowid FROM csa_ticket_search WHERE csa_ticket_search MATCH $match ORDER BY rowid DESC LIMIT $limit OFFSET $skip
        """))

  /// A ticket as it is found.
  static func document(_ ticket: Ticket, messages: [String]) -> SearchDocument {
    SearchDocument(key: ticket.number, texts: [ticket.title, ticket.content] + messages, filters: [ticket.creatorID])
  }

  /// The same, with its messages as they are stored.
  static func document(_ ticket: Ticket, _ transaction: ReadTransaction) throws -> SearchDocument {
    let bytesMax = index.documentBytesMax - ticket.title.utf8.count - ticket.content.utf8.count
    return document(ticket, messages: try TicketMessageStore.texts(of: ticket.id, bytesMax: bytesMax, transaction))
  }

  /// How many tickets a text finds in all, and those of a page, newest first.
  ///
  /// - Parameter creatorID: Whose tickets; nil for everybody's.
  static func page(
    _ text: String, creatorID: String?, skip: Int64, limit: Int64, _ transaction: ReadTransaction
  ) throws -> (total: Int64, tickets: [Ticket]) {
    guard let query = SearchQuery(text, filter: creatorID) else { return (0, []) }
    let total = try index.count(query, transaction)
    guard skip < total else { return (total, []) }
    let numbers = try index.keys(query, skip: skip, limit: limit, transaction)
    return (total, try numbers.compactMap { try TicketStore.ticket(number: $0, transaction) })
  }

  /// Of texts in one transaction, which keeps some four times as much in tokens.
  private static let builtBytesMax = 4_194_304

  /// Puts the tickets of a database that is older than the index into it.
  static func build(_ database: Database, telling tell: @Sendable (String) -> Void) async throws {
    try await index.build(
      database,
      from: { after, limit, transaction in
        var documents: [SearchDocument] = []
        var bytes = 0
        for number in try TicketStore.numbers(after: after, limit: limit, transaction) where bytes < builtBytesMax {
          guard let ticket = try TicketStore.ticket(number: number, transaction) else { continue }
          let document = try document(ticket, transaction)
          documents.append(document)
          bytes += document.texts.reduce(0) { $0 + $1.utf8.count }
        }
        return documents
      },
      every: 50_000, progress: { tell("\($0) tickets are in the search index") })
  }
}
