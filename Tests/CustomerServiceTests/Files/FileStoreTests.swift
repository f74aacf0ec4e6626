import Storage
import Testing

@testable import CustomerService

struct FileStoreTests {
  private func with(_ body: (Database) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      try await test.database.write { transaction in
        try UserStore.insert(.sample(), transaction)
        try UserStore.insert(.sample("00000000000000000000000b", email: "b@example.com"), transaction)
        for id in ["p1", "p2"] {
          try ProjectStore.insert(
            Project(
              id: id, ownerID: User.sample().id, ownerEmail: "", name: "项目", description: nil, overviewMarkdown: "", createdAt: 1),
            transaction)
        }
        let names = ["报告.pdf", "Report_1.pdf", "report%2.PDF", "笔记.txt", "a.txt"]
        for (index, name) in names.enumerated() {
          try FileStore.insert(
            .sample("f\(index)", project: "p1", filename: name, tag: index.isMultiple(of: 2) ? "文档" : nil, createdAt: Int64(index / 2)),
            transaction)
        }
        try FileStore.insert(.sample("g", project: "p2"), transaction)
        try FileStore.insert(.sample("u1"), transaction)
        try FileStore.insert(.sample("u2", of: "00000000000000000000000b"), transaction)
      }
      try await body(test.database)
    }
  }

  private func ids(_ selection: FileStore.Selection, _ page: Page, _ database: Database) async throws -> (Int64, [String]) {
    let (total, files) = try await database.read { try FileStore.page(selection, page, $0) }
    return (total, files.map(\.id))
  }

  @Test(
    arguments: [
      (nil, nil, ["f4", "f3", "f2", "f1", "f0"]), ("", "", ["f4", "f3", "f2", "f1", "f0"]),
      ("report", nil, ["f2", "f1"]), ("REPORT_", nil, ["f1"]), ("%", nil, ["f2"]), ("_", nil, ["f1"]), ("报", nil, ["f0"]),
      (".", "文档", ["f4", "f2", "f0"]), (nil, "文", []), ("pdf", "文档", ["f2", "f0"]), ("没有", nil, []),
    ] as [(String?, String?, [String])])
  func aListIsFilteredAndNewestFirst(filename: String?, tag: String?, expected: [String]) async throws {
    try await with { database in
      let found = try await ids(.init(projectID: "p1", filename: filename, tag: tag), Page(skip: 0, limit: 100), database)
      #expect(found == (Int64(expected.count), expected))
      let second = try await ids(.init(projectID: "p1", filename: filename, tag: tag), Page(skip: 1, limit: 1), database)
      #expect(second == (Int64(expected.count), Array(expected.dropFirst().prefix(1))))
    }
  }

  @Test func ownUploadsAreNeitherStrangersNorOfProjects() async throws {
    try await with { database in
      let found = try await database.read {
        try FileStore.files(ids: ["g", "u1", "u2", "none", "f0", "u1"], ownedBy: User.sample().id, $0)
      }
      #expect(found.map(\.id) == ["u1", "u1"])
    }
  }

  @Test func deletingAFileKeepsItsKeyUntilTheObjectIsGone() async throws {
    try await with { database in
      let keys = try await database.write { transaction in
        try FileStore.deleteAll(ofProject: "p1", at: 5, transaction)
        try FileStore.delete(.sample("u1"), at: 5, transaction)
        return try PendingBlobStore.givenUp(after: "", transaction)
      }
      #expect(keys == ["f0", "f1", "f2", "f3", "f4", "u1"].map { "uploads/\($0).pdf" })
      let left = try await database.read { try $0.integer("SELECT count(*) FROM csa_files") }
      #expect(left == 2)
    }
  }

  /// A list walks an index in its order and sorts nothing.
  @Test func aListIsARangeOfAnIndex() async throws {
    try await TestDatabase.with { try QueryPlan.expectRanges(FileStore.pageSQL, isWhole: false, path: $0.path) }
  }
}
