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

  /// Changes the entry at an index as the service does: a version for new contents.
  mutating func change(_ index: Int, title: String? = nil, content: String? = nil, at now: Int64) async throws {
    let (old, oldContent) = entries[index]
    let changed = (title: title ?? old.title, content: content ?? oldContent)
    entries[index] = try await database.write { transaction in
      var document = old
      document.title = changed.title
      if content != nil {
        document.versionsCount += 1
        _ = try VersionStore.insert(
          DocumentVersion(
            documentID: old.id, number: document.versionsCount, content: changed.content, changesSummary: "{}", authorID: old.userID,
            createdAt: now), transaction)
      }
      try DocumentStore.update(document, transaction)
      try DocumentSearch.change(old, oldContent, to: document, changed.content, at: now, transaction)
      return (document, changed.content)
    }
  }

  mutating func delete(_ index: Int, at now: Int64) async throws {
    let document = entries.remove(at: index).document
    try await database.write { transaction in
      try DocumentSearch.remove(document, transaction)
      try DocumentStore.delete(document.id, at: now, transaction)
    }
  }

  mutating func deleteProject(_ id: Int64, at now: Int64) async throws {
    entries.removeAll { $0.document.projectID == id }
    try await database.write { try DocumentStore.deleteAll(ofProject: id, at: now, $0) }
  }

  func list(_ list: DocumentList) async throws -> (total: Int64, ids: [Int64]) {
    let (total, documents) = try await database.read { try list.page($0) }
    return (total, documents.map(\.document.id))
  }
}
