import Storage
import Testing

@testable import CoWriting

@Suite struct KeptCountTests {
  @Test func aTotalIsOneLookUp() async throws {
    try await TestDatabase.with { test in try QueryPlan.expectSearches(KeptCount.sql, path: test.path) }
  }

  /// Whatever is done to the rows, in whatever order.
  @Test func keptCountsAreThoseOfTheRows() async throws {
    try await TestDatabase.with { test in
      let (first, second) = try await test.twoUsers()
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<60 {
        let owner = Bool.random(using: &generator) ? first : second
        let (what, id) = (Int.random(in: 0..<5, using: &generator), Int64.random(in: 1...20, using: &generator))
        try await test.database.write { transaction in
          switch what {
          case 0: _ = try CompanyStore.insert(.sample(owner: owner), transaction)
          case 1, 2:
            let project = try ProjectStore.insert(.sample(owner: owner), transaction)
            try transaction.execute(
              """
              INSERT INTO cw_documents (user_id, project_id, title, format, status, metadata, revision, versions_count, created_at, updated_at)
              VALUES ($owner, $project, '', '', '', '{}', 1, 1, 1, 1)
              """, ["owner": .integer(owner), "project": .integer(project)])
          // Also what is deleted already, or not there.
          case 3:
            try CompanyStore.delete(id, at: 5, transaction)
            try DocumentStore.deleteAll(ofProject: id, at: 5, transaction)
            try ProjectStore.delete(id, at: 5, transaction)
          default:
            try transaction.execute("DELETE FROM cw_documents WHERE id = $id", ["id": .integer(id)])
            try transaction.execute("UPDATE cw_companies SET deleted_at = NULL WHERE id = $id", ["id": .integer(id)])
          }
        }
      }
      // A transaction that fails counts nothing.
      await #expect(throws: CoWritingError.forbidden) {
        try await test.database.write { transaction in
          _ = try CompanyStore.insert(.sample(owner: first), transaction)
          throw CoWritingError.forbidden
        }
      }
      let (kept, counted) = try await test.database.read { transaction in
        (try [0, first, second].map { try Self.kept($0, transaction) }, try [0, first, second].map { try Self.counted($0, transaction) })
      }
      #expect(kept == counted)
    }
  }

  @Test func deletedUsersAreNotCounted() async throws {
    try await TestDatabase.with { test in
      let (first, _) = try await test.twoUsers()
      let kept = try await test.database.write { transaction in
        var user = try #require(try UserStore.user(id: first, transaction))
        try UserStore.update(user, transaction)
        user.deletedAt = 5
        try UserStore.update(user, transaction)
        return try KeptCount.all(.users).read(transaction)
      }
      #expect(kept == 1)
    }
  }

  private static func kept(_ owner: Int64, _ transaction: ReadTransaction) throws -> [Int64] {
    try [KeptCount.Kind.companies, .projects, .documents].map { try KeptCount.of(owner, $0).read(transaction) }
  }

  private static func counted(_ owner: Int64, _ transaction: ReadTransaction) throws -> [Int64] {
    let statements: [StaticString] = [
      "SELECT count(*) FROM cw_companies WHERE deleted_at IS NULL AND ($owner = 0 OR user_id = $owner)",
      "SELECT count(*) FROM cw_projects WHERE deleted_at IS NULL AND ($owner = 0 OR user_id = $owner)",
      "SELECT count(*) FROM cw_documents WHERE deleted_at IS NULL AND ($owner = 0 OR user_id = $owner)",
    ]
    return try statements.map { try transaction.integer($0, ["owner": .integer(owner)]) ?? 0 }
  }
}
