import Storage
import Testing

@testable import CoWriting

@Suite struct SearchBacklogTests {
  /// Whatever happens to documents, and however far the index is behind, a search finds what has the keyword now: total, pages and orders,
  /// against looking into every text.
  @Test(arguments: 1...6) func searchesFindWhatIsThere(seed: UInt64) async throws {
    try await TestDatabase.with { test in
      var draw = SeededGenerator(seed: seed)
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let other = try await shelf.user("b")
      var projects = [try await shelf.project(of: user), try await shelf.project(of: user), try await shelf.project(of: other)]
      var clock: Int64 = 100_000_000
      func text(_ most: Int) -> String {
        (0..<Int.random(in: 1...most, using: &draw)).map { _ in ["应", "急", "预", "A", "-"].randomElement(using: &draw) ?? "" }.joined()
      }
      for step in 0..<250 {
        clock += Int64.random(in: 1...2_000_000, using: &draw)
        switch Int.random(in: 0..<20, using: &draw) {
        case 0..<4:
          guard let project = projects.randomElement(using: &draw) else { break }
          let owner = project == projects.last ? other : user
          try await shelf.add(
            text(3), text(8), project: project, user: owner, status: step.isMultiple(of: 2) ? "draft" : "done", at: clock)
        case 4..<14:
          guard let index = shelf.entries.indices.randomElement(using: &draw) else { break }
          let title = Bool.random(using: &draw) ? text(3) : nil
          try await shelf.change(index, title: title, content: title == nil || Bool.random(using: &draw) ? text(8) : nil, at: clock)
        case 14:
          guard let index = shelf.entries.indices.randomElement(using: &draw) else { break }
          try await shelf.delete(index, at: clock)
        case 15 where projects.count > 2:
          try await shelf.deleteProject(projects.removeFirst(), at: clock)
        case 16: _ = try await test.database.write { try DocumentSearch.removeDeleted($0) }
        case 17: while try await DocumentSearch.catchUp(test.database, at: clock) {}
        case 18 where step.isMultiple(of: 5):
          try await test.database.write { try $0.execute("DELETE FROM weft_search_indexes") }
          try await CoWritingApp.migrator.migrate(test.database)
        default: break
        }
        try await expectFound(text(3), in: shelf, owners: [.everybody, .only(user), .only(other)], projects: projects, &draw)
      }
      // Once all is learned the index alone says the same.
      while try await DocumentSearch.catchUp(test.database, at: clock + SearchBacklog.waitMax) {}
      while try await test.database.write({ try DocumentSearch.removeDeleted($0) }) > 0 {}
      #expect(try await Self.waiting(test) == 0)
      for keyword in ["应", "急预", "A", "-", "应急预"] {
        try await expectFound(keyword, in: shelf, owners: [.everybody, .only(user)], projects: projects, &draw)
      }
    }
  }

  private func expectFound(
    _ keyword: String, in shelf: DocumentShelf, owners: [ListOwners], projects: [Int64], _ draw: inout SeededGenerator
  ) async throws {
    var list = DocumentList(owners: owners.randomElement(using: &draw) ?? .everybody, keyword: ListKeyword.folded(keyword))
    if Bool.random(using: &draw) { list.projectID = projects.randomElement(using: &draw) }
    if Int.random(in: 0..<4, using: &draw) == 0 { list.status = "done" }
    list.query.sort.isAscending = Bool.random(using: &draw)
    list.query.page.size = Int32.random(in: 1...4, using: &draw)
    let lowered = keyword.lowercased()
    let found = shelf.entries.filter { document, content in
      list.owners.contains(document.userID) && (list.projectID ?? document.projectID) == document.projectID
        && (list.status ?? document.status) == document.status
        && (document.title.lowercased().contains(lowered) || content.lowercased().contains(lowered))
    }.map(\.document.id).sorted { list.query.sort.isAscending ? $0 < $1 : $0 > $1 }
    var ids: [Int64] = []
    repeat {
      let page = try await shelf.list(list)
      #expect(page.total == Int64(found.count), "\(list)")
      if page.ids.isEmpty { break }
      ids += page.ids
      list.query.page.number += 1
    } while ids.count <= found.count
    #expect(ids == found, "\(list)")
  }

  /// A change waits for ten seconds, those that come meanwhile with it.
  @Test func oneLessonForManyChanges() async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      try await shelf.add("题", "一", project: try await shelf.project(of: user), user: user, at: 1)
      for (number, content) in ["二", "三", "四"].enumerated() { try await shelf.change(0, content: content, at: Int64(number + 2)) }
      #expect(try await test.database.read { try SearchBacklog.held(1, $0) } == .init(title: "题", versionNumber: 1))
      #expect(try await !DocumentSearch.catchUp(test.database, at: SearchBacklog.waitMax + 1))
      #expect(try await Self.indexed("四", test) == 0)
      #expect(try await DocumentSearch.catchUp(test.database, at: SearchBacklog.waitMax + 2))
      #expect(try await Self.indexed("四", test) == 1)
      #expect(try await Self.indexed("一", test) == 0)
      #expect(try await !DocumentSearch.catchUp(test.database, at: SearchBacklog.waitMax + 3))
    }
  }

  /// What was noted of a time to come was noted before the clock was set back.
  @Test func aClockThatIsSetBackHoldsNothingUp() async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      try await shelf.add("题", "一", project: try await shelf.project(of: user), user: user, at: 1)
      try await shelf.change(0, content: "二", at: 1_000_000_000)
      #expect(try await DocumentSearch.catchUp(test.database, at: 5))
      #expect(try await Self.waiting(test) == 0)
    }
  }

  /// Beyond so many documents or bytes the index learns at once.
  @Test func whatHasNoRoomIsLearnedAtOnce() async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let project = try await shelf.project(of: user)
      let most = String(repeating: "长", count: DocumentSearch.index.documentBytesMax / 3 - 2)
      for _ in 0..<10 { try await shelf.add("题", "一", project: project, user: user, at: 1) }
      for index in 0..<8 { try await shelf.change(index, content: most + "二", at: 2) }
      #expect(try await Self.waiting(test) == 8)
      #expect(try await Self.indexed("二", test) == 0)
      try await shelf.change(8, content: most + "二", at: 2)
      #expect(try await Self.waiting(test) == 8)
      #expect(try await Self.indexed("二", test) == 1)
      // One that is searched in its beginning only has no place in a search of texts.
      try await shelf.change(0, content: most + "二二二二", at: 2)
      #expect(try await Self.waiting(test) == 7)
      let list = DocumentList(owners: .only(user), keyword: "长二")
      #expect(try await shelf.list(list).total == 9)
      while try await DocumentSearch.catchUp(test.database, at: SearchBacklog.waitMax + 2) {}
      #expect(try await shelf.list(list).total == 9)
    }
  }

  @Test func plans() async throws {
    try await TestDatabase.with { test in
      let plan = try QueryPlan.of(SearchBacklog.havingKeyword, path: test.path)
      #expect(plan.first?.hasPrefix("SCAN b") == true && plan.dropFirst().allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
    }
  }

  private static func waiting(_ test: TestDatabase) async throws -> Int64? {
    try await test.database.read { try $0.integer("SELECT count(*) FROM cw_search_backlog") }
  }

  private static func indexed(_ character: String, _ test: TestDatabase) async throws -> Int64? {
    let match = SearchQuery(literal: character)?.match ?? ""
    return try await test.database.read { transaction in
      try transaction.integer(
        "SELECT count(*) FROM cw_document_search WHERE cw_document_search MATCH $match", ["match": .text(match)])
    }
  }
}
