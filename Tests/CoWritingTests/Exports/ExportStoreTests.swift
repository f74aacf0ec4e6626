import ApplicationSupport
import Storage
import Testing

@testable import CoWriting

@Suite struct ExportStoreTests {
  private static func with(_ body: @escaping @Sendable (TestDatabase, Export) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      var shelf = DocumentShelf(test.database)
      let user = try await shelf.user("a")
      let project = try await shelf.project(of: user)
      try await shelf.add("报告", "一", project: project, user: user, status: "draft", format: "markdown", at: 1, updatedAt: 1)
      let document = shelf.entries[0].document.id
      let export = try await test.database.write { transaction in
        var export = Export(
          userID: user, documentID: document, title: "报告", versionNumber: 1, format: "pdf", options: "{}", createdAt: 1)
        export.id = try ExportStore.insert(export, transaction)
        return export
      }
      try await body(test, export)
    }
  }

  private static func unwanted(_ test: TestDatabase) async throws -> [String] {
    try await test.database.read { try UnwantedBlobStore.givenUp(after: "", $0) }
  }

  /// Every object that was named is the export's or unwanted, whatever the order of attempts and ends.
  @Test func noObjectIsForgotten() async throws {
    try await Self.with { test, export in
      let begun = try await test.database.write { try ExportStore.begin(export.id, writing: "exports/1", at: 2, $0) }
      let begunAgain = try await test.database.write { try ExportStore.begin(export.id, writing: "exports/2", at: 3, $0) }
      #expect(begun && begunAgain)
      #expect(try await Self.unwanted(test) == ["exports/1"])
      let file = (size: Int64(3), sha256: [UInt8](repeating: 0, count: 32))
      try await test.database.write { transaction in
        let overtaken = try ExportStore.complete(export.id, key: "exports/1", name: "a", file: file, at: 4, transaction)
        #expect(!overtaken, "an attempt that was overtaken")
        let completed = try ExportStore.complete(export.id, key: "exports/2", name: "a", file: file, at: 4, transaction)
        #expect(completed)
        let ended = try ExportStore.end(export.id, error: nil, at: 5, transaction)
        let begun = try ExportStore.begin(export.id, writing: "exports/3", at: 6, transaction)
        #expect(!ended && !begun, "it has ended")
      }
      #expect(try await Self.unwanted(test) == ["exports/1"])
      let found = try await test.database.read { try ExportStore.export(export.id, of: .everybody, $0)?.export }
      #expect(found?.status == .completed && found?.fileKey == "exports/2" && found?.progress == 1000)
    }
  }

  @Test func anExportThatEndsGivesUpWhatItWrote() async throws {
    try await Self.with { test, export in
      try await test.database.write { transaction in
        _ = try ExportStore.begin(export.id, writing: "exports/1", at: 2, transaction)
        try ExportStore.setProgress(export.id, 500, transaction)
        let ended = try ExportStore.end(export.id, error: "页数过多", at: 3, transaction)
        #expect(ended)
        try ExportStore.setProgress(export.id, 700, transaction)
      }
      #expect(try await Self.unwanted(test) == ["exports/1"])
      let found = try await test.database.read { try ExportStore.export(export.id, of: .everybody, $0)?.export }
      #expect(found?.status == .failed && found?.errorMessage == "页数过多" && found?.progress == 500)
    }
  }

  @Test func othersExportsAreNotThere() async throws {
    try await Self.with { test, export in
      let other = try await test.database.read { try ExportStore.export(export.id, of: .only(export.userID + 1), $0) }
      #expect(other == nil)
    }
  }

  /// Lists walk an index; none goes through the table.
  @Test func plans() async throws {
    try await TestDatabase.with { test in
      for statements in [ExportStore.Lists.newestOfOwner, ExportStore.Lists.newest] {
        for sql in [statements.count, statements.ids] {
          try QueryPlan.expectSearches(sql, path: test.path)
          let plan = try QueryPlan.of(sql, path: test.path)
          #expect(plan.contains { $0.contains("COVERING INDEX cw_exports_") }, "\(plan)")
        }
      }
      for statements in [ExportStore.Lists.ofDocument, ExportStore.Lists.filtered] {
        try QueryPlan.expectSearches(statements.count, path: test.path)
        try QueryPlan.expectSearches(statements.ids, maySort: true, path: test.path)
      }
      // At most a page of rows, each found by its id, in the order of the ids that are given.
      try QueryPlan.expectSearches(ExportStore.Lists.rows, maySort: true, path: test.path)
      let rows = try QueryPlan.of(ExportStore.Lists.rows, path: test.path)
      #expect(rows.count { $0.contains("USING INTEGER PRIMARY KEY (rowid=?)") } == 2, "\(rows)")
    }
  }
}
