import Storage

@testable import CoWriting

/// Generated texts of some documents, made as the service makes them.
struct GenerationShelf {
  let database: Database

  init(_ database: Database) { self.database = database }

  /// A document of a new user's.
  func document(of name: String) async throws -> (id: Int64, user: Int64) {
    var shelf = DocumentShelf(database)
    let user = try await shelf.user(name)
    let document = try await shelf.add("报告", "# 概述", project: try await shelf.project(of: user), user: user, at: 1)
    return (document.id, user)
  }

  /// - Returns: Its id.
  func generation(of document: (id: Int64, user: Int64), at now: Int64 = 1) async throws -> Int64 {
    try await database.write { transaction in
      try GenerationStore.insert(
        Generation(userID: document.user, documentID: document.id, prompt: "写", config: "{}", createdAt: now), transaction)
    }
  }

  func news(of id: Int64, since place: GenerationPlace = GenerationPlace(attempt: 0, position: 0)) async throws -> GenerationService.News {
    try await database.read { try GenerationService.news(of: id, .everybody, since: place, $0) }
  }
}
