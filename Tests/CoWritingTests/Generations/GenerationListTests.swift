import Storage
import Testing

@testable import CoWriting

@Suite struct GenerationListTests {
  /// The usual lists walk an index; a list that is filtered or sorted otherwise reads the rows of its owner or document and no more.
  @Test func plans() async throws {
    try await TestDatabase.with { test in
      for list in [GenerationStore.Lists.newestOfOwner, GenerationStore.Lists.newest] {
        try QueryPlan.expectSearches(list.count, path: test.path)
        try QueryPlan.expectSearches(list.ids, path: test.path)
      }
      for list in [GenerationStore.Lists.ofDocument, GenerationStore.Lists.filtered] {
        try QueryPlan.expectSearches(list.count, path: test.path)
        try QueryPlan.expectSearches(list.ids, maySort: true, path: test.path)
      }
      try QueryPlan.expectSearches(GenerationStore.Lists.rows, maySort: true, path: test.path)
    }
  }

  @Test func totalsOfWholeListsAreKept() async throws {
    try await TestDatabase.with { test in
      let shelf = GenerationShelf(test.database)
      let (mine, other) = (try await shelf.document(of: "a"), try await shelf.document(of: "b"))
      for number in 1...5 { _ = try await shelf.generation(of: mine, at: Int64(number)) }
      _ = try await shelf.generation(of: other, at: 3)
      func page(_ owners: ListOwners, _ change: (inout ListQuery, inout GenerationSelection) -> Void = { _, _ in }) async throws
        -> (total: Int64, ids: [Int64])
      {
        var (query, selection) = (ListQuery(page: ListPage(number: 1, size: 3)), GenerationSelection(owners: owners))
        change(&query, &selection)
        let found = try await test.database.read { [query, selection] in try GenerationStore.page(selection, query, $0) }
        return (found.total, found.items.map(\.generation.id))
      }
      #expect(try await page(.only(mine.user)) == (5, [5, 4, 3]))
      #expect(try await page(.everybody) == (6, [5, 4, 6]))
      #expect(try await page(.nobody) == (0, []))
      #expect(try await page(.only(mine.user)) { query, _ in query.page.number = 2 } == (5, [2, 1]))
      #expect(try await page(.only(other.user)) { _, selection in selection.documentID = mine.id } == (0, []))
      #expect(try await page(.everybody) { _, selection in selection.documentID = mine.id } == (5, [5, 4, 3]))
      #expect(try await page(.everybody) { _, selection in selection.status = "failed" } == (0, []))
      #expect(try await page(.only(mine.user)) { query, _ in query.window = ListWindow(after: nil, before: nil) } == (5, [5, 4, 3]))
      #expect(try await page(.only(mine.user)) { query, _ in (query.window.after, query.window.before) = (2, 4) } == (2, [3, 2]))
      #expect(try await page(.only(mine.user)) { query, _ in query.sort.isAscending = true } == (5, [1, 2, 3]))
    }
  }
}
