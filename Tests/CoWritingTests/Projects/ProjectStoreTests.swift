import Storage
import Testing

@testable import CoWriting

@Suite struct ProjectStoreTests {
  @Test func listsWalkTheIndexOfTheirOwnerOrOfAllOrOfACompany() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectRanges(
        ProjectStore.Lists.ofOwner, ProjectStore.Lists.ofOwnerSorted,
        "SEARCH cw_projects USING INDEX cw_projects_of_user (user_id=? AND created_at>? AND created_at<?)", path: test.path)
      try QueryPlan.expectRanges(
        ProjectStore.Lists.ofEverybody, ProjectStore.Lists.ofEverybodySorted,
        "SEARCH cw_projects USING INDEX cw_projects_newest (created_at>? AND created_at<?)", path: test.path)
      let step = "SEARCH cw_projects USING INDEX cw_projects_of_company (company_id=?)"
      #expect(try QueryPlan.of(ProjectStore.Lists.ofCompany.count, path: test.path) == [step])
      #expect(try QueryPlan.of(ProjectStore.Lists.ofCompany.ids, path: test.path) == [step, "USE TEMP B-TREE FOR ORDER BY"])
    }
  }

  @Test func countsComeFromIndexes() async throws {
    try await TestDatabase.with { test in
      for sql in [ProjectStore.Lists.rows, ProjectStore.wholeSQL] {
        try QueryPlan.expectSearches(sql, maySort: true, path: test.path)
        let plan = try QueryPlan.of(sql, path: test.path)
        #expect(plan.filter { $0.hasPrefix("SEARCH d USING COVERING INDEX") && $0.contains("(project_id=?") }.count == 2, "\(plan)")
        #expect(plan.contains("SEARCH f USING COVERING INDEX cw_forms_of_project (project_id=?)"), "\(plan)")
        #expect(plan.contains("SEARCH u USING INTEGER PRIMARY KEY (rowid=?)"), "\(plan)")
        #expect(plan.contains { $0.hasPrefix("SEARCH c USING INTEGER PRIMARY KEY (rowid=?)") }, "\(plan)")
      }
      for statements in [FormStore.newest, FormStore.filtered] {
        try QueryPlan.expectSearches(statements.count, path: test.path)
        try QueryPlan.expectSearches(statements.ids, maySort: statements.isSorted, path: test.path)
      }
      try QueryPlan.expectSearches(FormStore.rows, maySort: true, path: test.path)
    }
  }

  @Test func listsAreNarrowedByWhatIsAskedFor() async throws {
    try await TestDatabase.with { test in
      let (first, second) = try await test.twoUsers()
      let company = try await test.database.write { transaction in
        let company = try CompanyStore.insert(.sample(owner: first, "示例化工"), transaction)
        for (index, name) in ["乙", "甲 A_1", "丙"].enumerated() {
          var project = Project.sample(owner: first, name, at: Int64(index))
          if index > 0 { project.companyID = company }
          if index == 2 { project.setStatus(Project.Status.completed, at: 7) }
          _ = try ProjectStore.insert(project, transaction)
        }
        _ = try ProjectStore.insert(.sample(owner: second, "丁", at: 9), transaction)
        return company
      }
      func names(_ query: ListQuery = ListQuery(), _ change: (inout ProjectSelection) -> Void = { _ in }) async throws -> [String] {
        var selection = ProjectSelection(owners: .only(first))
        change(&selection)
        let (total, items) = try await test.database.read { [selection] in try ProjectStore.page(selection, query, $0) }
        #expect(total == Int64(items.count))
        return items.map(\.project.name)
      }
      #expect(try await names() == ["丙", "甲 A_1", "乙"])
      #expect(try await names { $0.owners = .everybody } == ["丁", "丙", "甲 A_1", "乙"])
      #expect(try await names { $0.owners = .nobody } == [])
      #expect(try await names { $0.companyID = company } == ["丙", "甲 A_1"])
      #expect(try await names { ($0.companyID, $0.owners) = (company, .only(second)) } == [])
      #expect(try await names { $0.status = "completed" } == ["丙"])
      #expect(try await names { $0.keyword = "a_" } == ["甲 A_1"])
      #expect(try await names { $0.keyword = "%" } == [])
      #expect(try await names(ListQuery(sort: ListSort(column: "status", isAscending: true))) == ["丙", "乙", "甲 A_1"])
      #expect(try await names(ListQuery(sort: ListSort(column: "status", isAscending: false))) == ["甲 A_1", "乙", "丙"])
      #expect(
        try await names(ListQuery(sort: ListSort(column: "name", isAscending: true))) { $0.companyID = company } == ["丙", "甲 A_1"])
    }
  }

  @Test(arguments: [(0, 0, 0), (0, 3, 0), (1, 3, 33.3), (2, 3, 66.7), (3, 3, 100), (1, 8, 12.5)] as [(Int64, Int64, Double)])
  func progressIsTheShareOfCompletedDocuments(completed: Int64, of all: Int64, progress: Double) {
    let surroundings = ProjectSurroundings(ownerName: "", documents: all, completedDocuments: completed, forms: 0)
    #expect(surroundings.progress == progress)
  }

  @Test func aProjectIsCompletedOnce() {
    var project = Project.sample(owner: 1)
    project.setStatus("completed", at: 5)
    project.setStatus("completed", at: 6)
    #expect(project.completedAt == 5)
    project.setStatus("draft", at: 7)
    #expect(project.completedAt == nil)
    project.setStatus("completed", at: 8)
    #expect(project.completedAt == 8)
  }
}

extension Project {
  static func sample(owner: Int64, _ name: String = "新项目环评报告", at time: Int64 = 1) -> Project {
    Project(
      ownerID: owner, name: name, type: "general", status: Project.Status.draft, metadata: "{}", createdAt: time, updatedAt: time)
  }
}
