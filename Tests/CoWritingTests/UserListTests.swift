import CoWritingAPI
import Storage
import Testing

@testable import CoWriting

@Suite struct UserListTests {
  /// The usual list comes from an index alone; the others read the accounts of the window; counts are kept, one look each.
  @Test func plans() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectSearches(UserList.newest.count, path: test.path)
      try QueryPlan.expectSearches(UserList.newest.ids, path: test.path)
      try QueryPlan.expectSearches(UserList.any.count, path: test.path)
      try QueryPlan.expectSearches(UserList.any.ids, maySort: true, path: test.path)
      let counted = try QueryPlan.of(UserList.counted, path: test.path)
      #expect(counted.filter { $0.hasPrefix("SCAN") }.allSatisfy { $0.contains("page VIRTUAL TABLE") }, "\(counted)")
      #expect(counted.filter { $0 == "SEARCH cw_counts USING PRIMARY KEY (kind=? AND owner_id=?)" }.count == 2, "\(counted)")
    }
  }

  @Test func countsAreOfWhatIsNotDeleted() async throws {
    try await TestDatabase.with { test in
      let (ann, bob) = try await test.database.write { transaction in
        let ann = try UserStore.insert(.sample("ann"), transaction)
        let bob = try UserStore.insert(.sample("bob"), transaction)
        for (owner, deletedAt) in [(ann, nil), (ann, nil), (ann, 5), (bob, nil)] as [(Int64, Int64?)] {
          let project = try transaction.integer(
            """
            INSERT INTO cw_projects (user_id, name, type, status, metadata, created_at, updated_at, deleted_at)
            VALUES ($owner, 'a', 'b', 'draft', '{}', 1, 1, $deleted_at) RETURNING id
            """, ["owner": .integer(owner), "deleted_at": .optionalInteger(deletedAt)])
          for documentDeletedAt in [deletedAt, 6] {
            try transaction.execute(
              """
              INSERT INTO cw_documents (
                user_id, project_id, title, format, status, metadata, revision, versions_count, created_at, updated_at, deleted_at)
              VALUES ($owner, $project, 'a', 'markdown', 'draft', '{}', 1, 1, 1, 1, $deleted_at)
              """, ["owner": .integer(owner), "project": .optionalInteger(project), "deleted_at": .optionalInteger(documentDeletedAt)])
          }
        }
        return (ann, bob)
      }
      let (listed, one) = try await test.database.read {
        (try UserList(CoWritingV1.ListUsersRequest()).read($0), try UserList.user(id: ann, $0))
      }
      #expect(listed.total == 2)
      #expect(listed.users.map(\.user.id) == [bob, ann])
      #expect(listed.users.map(\.projectsCount) == [1, 2])
      #expect(listed.users.map(\.documentsCount) == [1, 2])
      #expect(one?.projectsCount == 2 && one?.documentsCount == 2)
    }
  }
}
