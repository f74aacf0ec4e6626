import Storage

extension Migration {
  /// Documents whose changes the search index has yet to learn.
  static let third = Migration(
    number: 3, name: "changes that the search index has yet to learn",
    sql: """
      -- What the index holds of such a document (the title, and the number of the version), so that it can be taken out; how long the
      -- document is now, and since when the index has been behind.
      CREATE TABLE cw_search_backlog (
        document_id INTEGER PRIMARY KEY REFERENCES cw_documents (id),
        title TEXT NOT NULL,
        version_number INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        since INTEGER NOT NULL
      ) STRICT;
      """)
}
