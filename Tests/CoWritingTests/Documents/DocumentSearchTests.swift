import Storage
import Testing

@testable import CoWriting

@Suite struct DocumentSearchTests {
  /// What is searched for is found wherever it stands just so, and nothing else is: against looking into every text.
  @Test func keywordsAreLiteral() async throws {
    try await TestDatabase.with { test in
      var draw = SeededGenerator(seed: 8)
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let project = try await shelf.project(of: user)
      let alphabet = Array("应急预a1%_ \n\"*.(é🙂\u{80}\u{81}u\u{a0}\u{c5}p").map(String.init)
      func text(_ most: Int) -> String {
        (0..<Int.random(in: 1...most, using: &draw)).map { _ in alphabet.randomElement(using: &draw) ?? "" }.joined()
      }
      for number in 0..<150 { try await shelf.add(text(6), text(30), project: project, user: user, at: Int64(number)) }
      for _ in 0..<1_500 {
        let keyword = text(4)
        let (total, _) = try await shelf.list(DocumentList(owners: .only(user), keyword: keyword))
        let found = shelf.entries.filter { contains($0.document.title, keyword) || contains($0.content, keyword) }.count
        #expect(total == Int64(found), "\(keyword.debugDescription)")
      }
    }
  }

  private func contains(_ text: String, _ keyword: String) -> Bool {
    let (text, keyword) = (Array(text.utf8), Array(keyword.utf8))
    guard text.count >= keyword.count else { return false }
    return (0...text.count - keyword.count).contains { text[$0..<$0 + keyword.count].elementsEqual(keyword) }
  }

  /// Of a keyword that repeats itself the index knows the beginning only.
  @Test func repetitionsAreLookedForInTheTexts() async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let project = try await shelf.project(of: user)
      for (number, count) in [1, 9, 10, 11, 50].enumerated() {
        let dashes = String(repeating: "-", count: count)
        try await shelf.add(
          number.isMultiple(of: 2) ? dashes : "题", number.isMultiple(of: 2) ? "A" : "哈\(dashes)", project: project, user: user,
          at: Int64(number))
      }
      for (count, ids) in [(1, [5, 4, 3, 2, 1]), (9, [5, 4, 3, 2]), (10, [5, 4, 3]), (11, [5, 4]), (12, [5]), (50, [5]), (51, [])]
        as [(Int, [Int64])]
      {
        var list = DocumentList(owners: .only(user), keyword: String(repeating: "-", count: count))
        #expect(try await shelf.list(list).ids == ids, "\(count)")
        list.query.sort.isAscending = true
        #expect(try await shelf.list(list).ids == ids.reversed(), "\(count)")
        list.status = "none"
        #expect(try await shelf.list(list).total == 0)
      }
    }
  }

  /// Rows are looked at where so many projects were deleted that they cannot be named.
  @Test func manyDeletedProjects() async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let kept = try await shelf.project(of: user)
      try await shelf.add("预案", "应急", project: kept, user: user, at: 1)
      for number in 0..<101 {
        let project = try await shelf.project(of: user)
        try await shelf.add("预案", "应急", project: project, user: user, at: Int64(number))
        try await test.database.write { try DocumentStore.deleteAll(ofProject: project, at: 1, $0) }
        if number < 98 { continue }
        let (total, ids) = try await shelf.list(DocumentList(owners: .everybody, keyword: "应急"))
        #expect(total == 1 && ids == [1])
      }
    }
  }

  @Test func caseOfASCIILettersMakesNoDifference() async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let document = try await shelf.add("Excel 表", "GB/T 24001-2016", project: try await shelf.project(of: user), user: user, at: 1)
      for keyword in ["EXCEL", "xce", "gb/t", "/", "-20", "e", "l 表"] {
        let list = DocumentList(owners: .everybody, keyword: ListKeyword.folded(keyword))
        #expect(try await shelf.list(list).ids == [document.id], "\(keyword)")
      }
      for keyword in ["表gb", "表\u{80}g", "excel表", "u\(user)", "\u{80}u\(user)", "ＥＸＣＥＬ"] {
        #expect(try await shelf.list(DocumentList(owners: .everybody, keyword: keyword)).total == 0, "\(keyword)")
      }
    }
  }

  /// Deleted with their project, documents are not found any more, long before they have left the index; nor are they put back by
  /// building it anew.
  @Test func aProjectTakesItsDocumentsAlong() async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let (kept, gone) = (try await shelf.project(of: user), try await shelf.project(of: user))
      for number in 0..<50 {
        try await shelf.add("预案", "应急", project: number.isMultiple(of: 5) ? kept : gone, user: user, at: Int64(number))
      }
      try await test.database.write { try DocumentStore.deleteAll(ofProject: gone, at: 100, $0) }
      func totals() async throws -> [Int64] {
        var totals: [Int64] = []
        for keyword in ["应急", "急", "预案", nil] {
          for owners in [ListOwners.everybody, .only(user)] {
            totals.append(try await shelf.list(DocumentList(owners: owners, keyword: keyword)).total)
          }
        }
        return totals
      }
      #expect(try await totals() == Array(repeating: 10, count: 8))
      var rounds = 0
      while try await test.database.write({ try DocumentSearch.removeDeleted($0) }) > 0 { rounds += 1 }
      #expect(rounds == 3)
      #expect(try await totals() == Array(repeating: 10, count: 8))
      let stillIn = try await test.database.read { transaction in
        try transaction.integer("SELECT count(*) FROM cw_document_search WHERE cw_document_search MATCH '\"应急\"'")
      }
      #expect(stillIn == 10)
      try await expectIntact(test)
    }
  }

  /// An index that an older version of the program made is emptied and filled.
  @Test func itIsBuiltAnew() async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let (kept, gone) = (try await shelf.project(of: user), try await shelf.project(of: user))
      for number in 0..<30 {
        try await shelf.add("预案", "应急\(number)", project: number < 10 ? kept : gone, user: user, at: Int64(number))
      }
      try await test.database.write { try DocumentStore.deleteAll(ofProject: gone, at: 100, $0) }
      _ = try await test.database.write { try DocumentSearch.removeDeleted($0) }
      try await test.database.write { try $0.execute("DELETE FROM weft_search_indexes") }
      try await CoWritingApp.migrator.migrate(test.database)
      #expect(try await shelf.list(DocumentList(owners: .everybody, keyword: "应急")).total == 10)
      while try await test.database.write({ try DocumentSearch.removeDeleted($0) }) > 0 {}
      #expect(try await shelf.list(DocumentList(owners: .only(user), keyword: "应急")).total == 10)
      try await expectIntact(test)
    }
  }

  /// Every entry can be taken out as it was put in: nothing is left.
  private func expectIntact(_ test: TestDatabase) async throws {
    try await test.database.write { transaction in
      let all = try transaction.query("SELECT * FROM cw_documents WHERE in_search = 1", [:], DocumentStore.document)
      for document in all {
        try DocumentSearch.remove(document, transaction)
      }
    }
    let left = try await test.database.read { transaction in
      try transaction.integer("SELECT count(*) FROM cw_document_search WHERE cw_document_search MATCH '\"应急\" OR \"预案\"'")
    }
    #expect(left == 0)
  }
}
