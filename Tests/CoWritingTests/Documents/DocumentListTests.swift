import Storage
import Testing

@testable import CoWriting

@Suite struct DocumentListTests {
  /// Every filter with every order and page, against the same done by hand.
  @Test func listsAreWhatTheyShouldBe() async throws {
    try await TestDatabase.with { test in
      var draw = SeededGenerator(seed: 21)
      var shelf = DocumentShelf(test.database)
      let users = [try await shelf.user("a"), try await shelf.user("b")]
      let projects = [
        try await shelf.project(of: users[0]), try await shelf.project(of: users[0]), try await shelf.project(of: users[1]),
      ]
      for number in 0..<60 {
        let place = Int.random(in: 0..<3, using: &draw)
        try await shelf.add(
          ["报告", "方案", "总则"].randomElement(using: &draw) ?? "", ["应急预案", "100%_a", "A_b", "应急"].randomElement(using: &draw) ?? "",
          project: projects[place], user: users[place / 2], status: ["draft", "reviewing"].randomElement(using: &draw) ?? "",
          format: ["markdown", "html"].randomElement(using: &draw) ?? "", at: Int64(number / 3),
          updatedAt: Int64.random(in: 60...70, using: &draw))
      }
      for _ in 0..<600 {
        var list = DocumentList(owners: [.everybody, .only(users[0]), .only(users[1]), .nobody].randomElement(using: &draw) ?? .nobody)
        if Int.random(in: 0..<3, using: &draw) == 0 { list.projectID = projects.randomElement(using: &draw) }
        if Int.random(in: 0..<3, using: &draw) == 0 { list.status = "draft" }
        if Int.random(in: 0..<4, using: &draw) == 0 { list.format = "html" }
        if Bool.random(using: &draw) { list.keyword = ["应急", "急", "%", "_", "a_b", "报告", "则应", "a"].randomElement(using: &draw) }
        if Bool.random(using: &draw) {
          list.query.sort.column = ["created_at", "updated_at", "title", "status"].randomElement(using: &draw) ?? ""
          list.query.sort.isAscending = Bool.random(using: &draw)
        }
        if Int.random(in: 0..<4, using: &draw) == 0 { list.query.window = ListWindow(after: nil, before: nil) }
        if Int.random(in: 0..<4, using: &draw) == 0 { (list.query.window.after, list.query.window.before) = (4, 15) }
        list.query.page = ListPage(number: Int32.random(in: 1...4, using: &draw), size: Int32.random(in: 1...20, using: &draw))
        let (total, ids) = try await shelf.list(list)
        let all = expected(list, shelf.entries)
        #expect(total == Int64(all.count), "\(list)")
        #expect(ids == Array(all.dropFirst(Int(list.query.page.skip)).prefix(Int(list.query.page.size))), "\(list)")
      }
    }
  }

  private func expected(_ list: DocumentList, _ entries: [(document: Document, content: String)]) -> [Int64] {
    let chosen = entries.filter { entry in
      let document = entry.document
      if let keyword = list.keyword, ![document.title, entry.content].contains(where: { $0.lowercased().contains(keyword) }) {
        return false
      }
      return list.owners.contains(document.userID) && list.projectID.map { $0 == document.projectID } ?? true
        && list.status.map { $0 == document.status } ?? true && list.format.map { $0 == document.format } ?? true
        && document.createdAt >= list.query.window.after && document.createdAt < list.query.window.before
    }
    let sort = list.query.sort
    func before(_ a: Document, _ b: Document) -> Bool {
      func pair<Key: Comparable>(_ one: Key, _ two: Key) -> Bool { one == two ? a.id < b.id : one < two }
      switch sort.column {
      case "title":
        return pair(
          Array(a.title.utf8).map(Int.init).map(String.init).joined(separator: "-"),
          Array(b.title.utf8).map(Int.init).map(String.init).joined(separator: "-"))
      case "status": return pair(a.status, b.status)
      case "updated_at": return pair(a.updatedAt, b.updatedAt)
      default: return pair(a.createdAt, b.createdAt)
      }
    }
    return chosen.map(\.document).sorted { sort.isAscending ? before($0, $1) : before($1, $0) }.map(\.id)
  }

  /// The usual lists walk an index; nothing goes through the table for a filter that an index has.
  @Test func plans() async throws {
    try await TestDatabase.with { test in
      for statements in [DocumentList.ofOwner, DocumentList.inProject, DocumentList.ofEverybody] {
        for sql in [statements.count, statements.ids] {
          try QueryPlan.expectSearches(sql, path: test.path)
          let plan = try QueryPlan.of(sql, path: test.path)
          #expect(plan.contains { $0.contains("COVERING INDEX cw_documents_") }, "\(plan)")
        }
      }
      for statements in [DocumentList.anyOrder, DocumentList.inProjectAnyOrder] {
        try QueryPlan.expectSearches(statements.count, path: test.path)
        try QueryPlan.expectSearches(statements.ids, maySort: true, path: test.path)
      }
      for statements in [DocumentList.foundNewestFirst, DocumentList.foundOldestFirst] {
        // A virtual table is always said to be scanned; index 0 with a MATCH is the look-up in it.
        let isLookUp = { (step: String) in step.hasPrefix("SCAN cw_document_search VIRTUAL TABLE INDEX") }
        let counted = try QueryPlan.of(statements.count, path: test.path)
        #expect(counted.count == 2 && isLookUp(counted[0]) && counted[1].hasPrefix("USING ROWID SEARCH"), "\(counted)")
        // What is found is already in order: only those that the index is behind with are sorted.
        let paged = try QueryPlan.of(statements.ids, path: test.path)
        let left = Array(paged.drop { $0 != "LEFT" }.dropFirst().prefix { $0 != "RIGHT" })
        #expect(paged.first == "MERGE (UNION ALL)" && left.count == 2, "\(paged)")
        #expect(left.first.map(isLookUp) == true && left.last?.hasPrefix("USING ROWID SEARCH") == true, "\(paged)")
      }
      for statements in [DocumentList.foundAnyOrder, DocumentList.readAnyOrder] {
        let joined = try QueryPlan.of(statements.ids, path: test.path)
        #expect(joined.contains { $0.hasPrefix("SCAN cw_document_search VIRTUAL TABLE INDEX") }, "\(joined)")
        #expect(joined.allSatisfy { !$0.hasPrefix("SCAN d") && !$0.hasPrefix("SCAN v") }, "\(joined)")
        #expect(joined.contains { $0.hasPrefix("SEARCH d USING INTEGER PRIMARY KEY") }, "\(joined)")
      }
      for sql in [VersionStore.count, VersionStore.oldestFirst, VersionStore.newestFirst] {
        try QueryPlan.expectSearches(sql, path: test.path)
      }
      for sql in [DocumentStore.listedByID, VersionStore.listedByID] {
        let plan = try QueryPlan.of(sql, path: test.path)
        #expect(plan.filter { $0.hasPrefix("SCAN") }.allSatisfy { $0.hasPrefix("SCAN page VIRTUAL") }, "\(plan)")
        #expect(plan.count { $0.contains("USING INTEGER PRIMARY KEY") } == 2, "\(plan)")
      }
      try QueryPlan.expectSearches(DocumentSearch.leavingProjects, maySort: true, path: test.path)
    }
  }
}
