/// Filling an index from a table that is older than it.
extension SearchIndex {
  /// Where the table's documents come from, in ascending order of keys: those beyond `after`, `limit` of them at most.
  public typealias Source = @Sendable (_ after: Int64, _ limit: Int64, ReadTransaction) throws -> [SearchDocument]

  /// Documents in one transaction, some milliseconds' worth.
  private static let batch: Int64 = 500

  /// Brings the index up to the table, in batches that are each durable: after a crash it goes on where it was. An index that an
  /// older version of the program made is emptied first. To be called before anybody writes to the table, at every start: with
  /// nothing to do it is one look.
  ///
  /// - Parameters:
  ///   - source: May answer with fewer than the limit, if they are long; with none only when there are no more.
  ///   - progress: Told the number of documents put in, about each time that it has grown by `every`.
  /// - Returns: How many documents were put in.
  @discardableResult
  public func build(_ database: Database, from source: @escaping Source, every: Int = 500, progress: (Int) -> Void = { _ in }) async throws
    -> Int
  {
    try await database.write { transaction in
      try transaction.execute(
        """
        CREATE TABLE IF NOT EXISTS weft_search_indexes (
          name TEXT PRIMARY KEY,
          version INTEGER NOT NULL,
          built_to INTEGER NOT NULL,
          is_built INTEGER NOT NULL CHECK (is_built IN (0, 1))
        ) STRICT
        """)
      guard try state(transaction)?.version != Self.version else { return }
      try transaction.execute(statements.clear)
      try transaction.execute(
        """
        INSERT INTO weft_search_indexes (name, version, built_to, is_built) VALUES ($name, $version, $built_to, 0)
        ON CONFLICT (name) DO UPDATE SET version = excluded.version, built_to = excluded.built_to, is_built = 0
        """, ["name": .text(name), "version": .integer(Self.version), "built_to": .integer(Int64.min)])
    }
    var count = 0
    while true {
      // Another process may be at it too: the question and the work stand in one transaction.
      let batch = try await database.write { transaction -> Int? in
        guard let state = try state(transaction), !state.isBuilt else { return nil }
        let documents = try source(state.builtTo, Self.batch, transaction)
        for document in documents { insert(document, transaction) }
        try transaction.execute(
          "UPDATE weft_search_indexes SET built_to = $built_to, is_built = $is_built WHERE name = $name",
          [
            "built_to": .integer(documents.last?.key ?? state.builtTo), "is_built": .bool(documents.isEmpty), "name": .text(name),
          ])
        return documents.count
      }
      guard let batch, batch > 0 else { return count }
      if (count + batch) / every > count / every { progress(count + batch) }
      count += batch
    }
  }

  private func state(_ transaction: ReadTransaction) throws -> (version: Int64, builtTo: Int64, isBuilt: Bool)? {
    try transaction.first(
      "SELECT version, built_to, is_built FROM weft_search_indexes WHERE name = $name", ["name": .text(name)]
    ) { row in (version: try row.integer(0), builtTo: try row.integer(1), isBuilt: try row.bool(2)) }
  }
}
