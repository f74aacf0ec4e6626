import Storage
import Testing

@testable import CustomerService

@Suite struct ProjectStoreTests {
  private func withProjects(_ body: (TestDatabase) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      try await test.database.write { transaction in
        for name in ["a", "b"] { try UserStore.insert(.sample(name, email: "\(name)@example.com"), transaction) }
        for number in 1...4 {
          let project = Project(
            id: "p\(number)", ownerID: number == 2 ? "b" : "a", ownerEmail: "", name: "项目", overviewMarkdown: "",
            createdAt: Int64(number / 2))
          try ProjectStore.insert(project, transaction)
        }
        for number in 1...3 {
          try ProjectLinkStore.insert(
            ProjectLink(id: "l\(number)", projectID: "p1", title: "t", url: "https://example.com", createdAt: Int64(number / 2)),
            transaction)
          try ProjectTaskStore.insert(
            ProjectTask(id: "t\(number)", projectID: number == 3 ? "p2" : "p1", title: "t", status: "pending", createdAt: 1), transaction)
        }
        try ProjectTaskStore.setStatus(of: "t1", to: "completed", at: 7, transaction)
      }
      try await body(test)
    }
  }

  @Test func listsAreNewestFirstAndCountWhatTheyList() async throws {
    try await withProjects { test in
      let pages = try await test.database.read { transaction in
        [
          try ProjectStore.page(of: "a", Page(skip: 0, limit: 2), transaction),
          try ProjectStore.page(of: nil, Page(skip: 1, limit: 10), transaction),
        ]
      }
      #expect(pages.map(\.total) == [3, 4])
      #expect(pages.map { $0.projects.map(\.id) } == [["p4", "p3"], ["p3", "p2", "p1"]])
      #expect(pages[1].projects[1].ownerEmail == "b@example.com")
      let links = try await test.database.read { try ProjectLinkStore.page(of: "p1", Page(skip: 0, limit: 2), $0) }
      #expect(links.total == 3 && links.links.map(\.id) == ["l3", "l2"])
    }
  }

  @Test func tasksAreFilteredByStatus() async throws {
    try await withProjects { test in
      let page = Page(skip: nil, limit: nil)
      let pages = try await test.database.read { transaction in
        try [nil, "pending", "completed"].map { try ProjectTaskStore.page(of: "p1", status: $0, page, transaction) }
      }
      #expect(pages.map(\.total) == [2, 1, 1])
      #expect(pages.map { $0.tasks.map(\.id) } == [["t2", "t1"], ["t2"], ["t1"]])
      #expect(pages[2].tasks[0].updatedAt == 7)
    }
  }

  @Test func deletingAProjectTakesWhatIsInIt() async throws {
    try await withProjects { test in
      let (isGone, links, tasks) = try await test.database.write { transaction in
        (
          try ProjectStore.delete("p1", transaction), try transaction.integer("SELECT count(*) FROM csa_project_links"),
          try transaction.integer("SELECT count(*) FROM csa_project_tasks")
        )
      }
      #expect(isGone && links == 0 && tasks == 1)
    }
  }

  @Test func aForeignProjectIsToldFromNone() async throws {
    try await withProjects { test in
      try await test.database.read { transaction in
        try ProjectService.require("p1", of: "a", transaction)
        #expect(throws: CustomerServiceError.foreignProject) { try ProjectService.require("p2", of: "a", transaction) }
        #expect(throws: CustomerServiceError.projectNotFound) { try ProjectService.require("p9", of: "a", transaction) }
      }
    }
  }

  @Test func listsReadNoMoreThanTheyGive() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectRanges(ProjectStore.pageSQL(isFiltered: false), isWhole: true, path: test.path)
      try QueryPlan.expectRanges(ProjectStore.pageSQL(isFiltered: true), isWhole: false, path: test.path)
      try QueryPlan.expectRanges(ProjectLinkStore.pageSQL, isWhole: false, path: test.path)
      for isFiltered in [false, true] {
        try QueryPlan.expectRanges(ProjectTaskStore.pageSQL(isFiltered: isFiltered), isWhole: false, path: test.path)
      }
    }
  }
}
