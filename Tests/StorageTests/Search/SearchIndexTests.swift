import Platform
import Synchronization
import Testing

@testable import Storage

/// A table of notes and its index, as an application has them.
enum Notes {
  static let index = SearchIndex(
    name: "notes_search",
    statements: .init(
      insert: "INSERT INTO notes_search (rowid, tokens) VALUES ($key, $tokens)",
      delete: "INSERT INTO notes_search (notes_search, rowid, tokens) VALUES ('delete', $key, $tokens)",
      clear: "INSERT INTO notes_search (notes_search) VALUES ('delete-all')",
      merge: "INSERT INTO notes_search (notes_search, rank) VALUES ('merge', $pages)",
      count: "SELECT count(*) FROM notes_search WHERE notes_search MATCH $match",
      keys: "SELECT rowid FROM notes_search WHERE notes_search MATCH $match ORDER BY rowid DESC LIMIT $limit OFFSET $skip"),
    documentBytesMax: 4096)

  static let schema = Migration(
    number: 1, name: "notes",
    sql: """
      CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      CREATE VIRTUAL TABLE notes_search USING fts5 (tokens, content = '', columnsize = 0, tokenize = 'ascii');
      """)

  static let source: SearchIndex.Source = { after, limit, transaction in
    try transaction.query(
      "SELECT id, text FROM notes WHERE id > $after ORDER BY id LIMIT $limit", ["after": .integer(after), "limit": .integer(limit)]
    ) { row in document(try row.integer(0), try row.text(1)) }
  }

  static func document(_ key: Int64, _ text: String) -> SearchDocument {
    SearchDocument(key: key, texts: [text], filters: [key % 2 == 0 ? "even" : "odd"])
  }

  static func with(_ body: (Database) async throws -> Void) async throws {
    try await TestDatabase.withDirectory { directory in
      let database = try Database.open(path: directory + "/test.db")
      do {
        try await Migrator(application: "notes", migrations: [schema]).migrate(database)
        try await body(database)
      } catch {
        await database.close()
        throw error
      }
      await database.close()
    }
  }

  static func add(_ texts: [Int64: String], _ database: Database) async throws {
    try await database.write { transaction in
      for (id, text) in texts {
        try transaction.execute("INSERT INTO notes (id, text) VALUES ($id, $text)", ["id": .integer(id), "text": .text(text)])
      }
    }
  }

  static func find(_ text: String, filter: String? = nil, _ database: Database) async throws -> [Int64] {
    guard let query = SearchQuery(text, filter: filter) else { return [] }
    return try await database.read { transaction in
      let keys = try index.keys(query, skip: 0, limit: 100_000, transaction)
      guard Int64(keys.count) == (try index.count(query, transaction)) else { throw StorageError.corrupt("the count is another") }
      return keys
    }
  }
}

@Suite struct SearchIndexTests {
  @Test func findsNewestFirstByAnyPart() async throws {
    try await Notes.with { database in
      try await Notes.add([1: "无法导出财务报表", 2: "导出 Excel 报表失败", 3: "登录缓慢"], database)
      try await Notes.index.build(database, from: Notes.source)
      for (text, found) in [
        ("报表", [2, 1]), ("导", [2, 1]), ("财务报表", [1]), ("导出excel", [2]), ("EXCEL 失败", [2]), ("录缓", [3]), ("报", [2, 1]),
        ("表导", []), ("excels", []), ("登录 报表", []),
      ] as [(String, [Int64])] {
        let result1 = try await Notes.find(text, database)
        #expect(result1 == found, "\(text)")
      }
      let result2 = try await Notes.find("报表", filter: "even", database)
      #expect(result2 == [2])
      let result3 = try await Notes.find("even", database)
      #expect(result3 == [])
    }
  }

  @Test func changesAreFoundAtOnceAndLeaveNothingBehind() async throws {
    try await Notes.with { database in
      try await Notes.index.build(database, from: Notes.source)
      try await database.write { transaction in
        Notes.index.insert(Notes.document(1, "甲乙丙"), transaction)
        Notes.index.insert(Notes.document(2, "乙丙丁"), transaction)
        Notes.index.replace(Notes.document(1, "甲乙丙"), with: Notes.document(1, "丙丁"), transaction)
      }
      let result4 = try await Notes.find("乙丙", database)
      #expect(result4 == [2])
      let result5 = try await Notes.find("丙丁", database)
      #expect(result5 == [2, 1])
      try await database.write { Notes.index.remove(Notes.document(2, "乙丙丁"), $0) }
      let result6 = try await Notes.find("丙", database)
      #expect(result6 == [1])
      try await database.write { Notes.index.insert(Notes.document(2, "戊"), $0) }
      let result7 = try await Notes.find("丙", database)
      #expect(result7 == [1])
    }
  }

  /// Swift takes such strings for equal: a compatibility ideograph and the one that it stands for.
  @Test func aTextOfOtherCharactersThatCountAsEqualIsReplaced() async throws {
    try await Notes.with { database in
      try await Notes.index.build(database, from: Notes.source)
      let (old, new) = ("种\u{F9D0}", "种\u{985E}")
      #expect(old == new)
      try await database.write { Notes.index.insert(Notes.document(1, old), $0) }
      try await database.write { Notes.index.replace(Notes.document(1, old), with: Notes.document(1, new), $0) }
      let found = try await Notes.find(new, database)
      #expect(found == [1])
      let left = try await Notes.find(old, database)
      #expect(left == [])
    }
  }

  @Test func aTransactionThatFailsLeavesTheIndexAsItWas() async throws {
    try await Notes.with { database in
      try await Notes.index.build(database, from: Notes.source)
      try await database.write { Notes.index.insert(Notes.document(1, "甲乙"), $0) }
      await #expect(throws: StorageError.self) {
        try await database.write { transaction in
          Notes.index.replace(Notes.document(1, "甲乙"), with: Notes.document(1, "丙丁"), transaction)
          try transaction.execute("INSERT INTO notes (id, text) VALUES (1, NULL)")
        }
      }
      let result8 = try await Notes.find("甲乙", database)
      #expect(result8 == [1])
      let result9 = try await Notes.find("丙丁", database)
      #expect(result9 == [])
    }
  }

  @Test func aBuildGoesOnWhereItWasAndADocumentIsNeverInTwice() async throws {
    try await Notes.with { database in
      try await Notes.add(.init(uniqueKeysWithValues: (1...1201).map { ($0, "第\($0)条记录") }), database)
      let calls = Mutex(0)
      await #expect(throws: StorageError.closed) {
        try await Notes.index.build(
          database,
          from: { after, limit, transaction in
            if calls.withLock({
              $0 += 1
              return $0
            }) == 3 {
              throw StorageError.closed
            }
            return try Notes.source(after, limit, transaction)
          })
      }
      let result10 = try await Notes.find("记录", database).count
      #expect(result10 == 1000)
      let result11 = try await Notes.index.build(database, from: Notes.source)
      #expect(result11 == 201)
      let result12 = try await Notes.index.build(database, from: Notes.source)
      #expect(result12 == 0)
      let result13 = try await Notes.find("记录", database).count
      #expect(result13 == 1201)
      let result14 = try await Notes.find("第1201条", database)
      #expect(result14 == [1201])
    }
  }

  @Test func anIndexOfAnotherVersionIsBuiltAnew() async throws {
    try await Notes.with { database in
      try await Notes.add([1: "甲乙"], database)
      try await Notes.index.build(database, from: Notes.source)
      try await database.write { transaction in
        Notes.index.insert(Notes.document(7, "不再是这样"), transaction)
        try transaction.execute("UPDATE weft_search_indexes SET version = 0")
      }
      let result15 = try await Notes.index.build(database, from: Notes.source)
      #expect(result15 == 1)
      let result16 = try await Notes.find("不再", database)
      #expect(result16 == [])
      let result17 = try await Notes.find("甲乙", database)
      #expect(result17 == [1])
    }
  }

  @Test func mergingEndsAndChangesNoAnswer() async throws {
    try await Notes.with { database in
      try await Notes.index.build(database, from: Notes.source)
      for key in 1...200 as ClosedRange<Int64> {
        try await database.write { Notes.index.insert(Notes.document(key, "第\(key)条，请尽快处理"), $0) }
      }
      var rounds = 0
      while try await database.write({ try Notes.index.merge($0) }) {
        rounds += 1
        #expect(rounds < 1000)
      }
      let result18 = try await Notes.find("尽快处理", database).count
      #expect(result18 == 200)
    }
  }

  /// Against a reading of the texts themselves: random texts of few characters, so that near misses are frequent.
  @Test func findsExactlyWhatAReadingOfTheTextsFinds() async throws {
    try await Notes.with { database in
      var random = Wheel(state: 20_261_121)
      let characters: [Character] = ["甲", "乙", "丙", "a", "B", "7", " ", "，", "-"]
      func text(_ lengths: ClosedRange<Int>) -> String {
        String((0..<Int.random(in: lengths, using: &random)).map { _ in characters.randomElement(using: &random) ?? " " })
      }
      let texts = (1...400).map { _ in text(0...14) }
      try await Notes.add(.init(uniqueKeysWithValues: texts.enumerated().map { (Int64($0.offset + 1), $0.element) }), database)
      try await Notes.index.build(database, from: Notes.source)
      for _ in 0..<600 {
        let query = text(1...6)
        let read = texts.indices.reversed().filter { Reading.finds(query, in: texts[$0]) }.map { Int64($0 + 1) }
        let result19 = try await Notes.find(query, database)
        #expect(result19 == read, "\(query)")
      }
    }
  }
}

/// What a search should find, told by the units of a text alone.
enum Reading {
  private struct Unit: Equatable {
    var text: String
    var isIdeograph: Bool
    /// Whether it touches the unit before.
    var touches: Bool
  }

  private static func units(_ text: Substring) -> [Unit] {
    var units: [Unit] = []
    var touches = false
    for character in text.lowercased() {
      let isIdeograph = "甲乙丙".contains(character)
      if !isIdeograph, !character.isLetter, !character.isNumber {
        touches = false
      } else if touches, !isIdeograph, let last = units.last, !last.isIdeograph {
        units[units.count - 1].text.append(character)
      } else {
        units.append(Unit(text: String(character), isIdeograph: isIdeograph, touches: touches))
        touches = true
      }
    }
    return units
  }

  static func finds(_ query: String, in text: String) -> Bool {
    let units = units(text[...])
    let terms = query.split(separator: " ").flatMap { word -> [[Unit]] in
      var terms: [[Unit]] = []
      for unit in Self.units(word) {
        if let last = terms.last?.last, unit.touches || !(unit.isIdeograph || last.isIdeograph) {
          terms[terms.count - 1].append(unit)
        } else {
          terms.append([unit])
        }
      }
      return terms
    }
    return !terms.isEmpty && terms.allSatisfy { term in stands(term, in: units) }
  }

  private static func stands(_ term: [Unit], in units: [Unit]) -> Bool {
    guard units.count >= term.count else { return false }
    return (0...units.count - term.count).contains { start in
      term.indices.allSatisfy { index in
        let unit = units[start + index]
        guard unit.text == term[index].text else { return false }
        // Between two ideographs nothing may stand; around words, spaces and punctuation make no difference.
        return index == 0 || !(unit.isIdeograph && term[index - 1].isIdeograph) || unit.touches
      }
    }
  }
}

/// The same numbers in every run.
private struct Wheel: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }
}
