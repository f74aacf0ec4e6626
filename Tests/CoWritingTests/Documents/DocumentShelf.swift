import Storage

@testable import CoWriting

/// Documents of some users and projects, made as the service makes them.
struct DocumentShelf {
  let database: Database
  private(set) var entries: [(document: Document, content: String)] = []

  init(_ database: Database) { self.database = database }

  /// - Returns: Its id.
  func user(_ name: String) async throws -> Int64 { try await database.write { try UserStore.insert(.sample(name), $0) } }

  func project(of user: Int64, name: String = "项目") async throws -> Int64 {
    try await database.write { transaction in
      try transaction.integer(
        """
        INSERT INTO cw_projects (user_id, name, type, status, metadata, created_at, updated_at)
        VALUES ($user, $name, 'x', 'draft', '{}', 1, 1) RETURNING id
        """, ["user": .integer(user), "name": .text(name)]) ?? 0
    }
  }

  @discardableResult
  mutating func add(
    _ title: String, _ content: String, project: Int64, user: Int64, status: String = "draft", format: String = "markdown", at now: Int64,
    updatedAt: Int64? = nil
  ) async throws -> Document {
    let document = try await database.write { transaction in
      var document = Document(
        userID: user, projectID: project, title: title, format: format, status: status, createdAt: now, updatedAt: updatedAt ?? now)
      document.id = try DocumentStore.insert(document, transaction)
      _ = try VersionStore.insert(
        DocumentVersion(
          documentID: document.id, number: 1, content: content, changesSummary: DocumentVersion.initialSummary, authorID: user,
          createdAt: now), transaction)
      DocumentSearch.index.insert(DocumentSearch.entry(document, content: content), transaction)
      return document
    }
    entries.append((document, content))
    return document
  }

  func list(_ list: DocumentList) async throws -> (total: Int64, ids: [Int64]) {
    let (total, documents) = try await database.read { try list.page($0) }
    return (total, documents.map(\.document.id))
  }
}
