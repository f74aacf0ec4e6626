import Storage
import Testing

@testable import CoWriting

@Suite struct CompanyStoreTests {
  @Test func listsWalkTheIndexOfTheirOwnerOrOfAll() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectRanges(
        CompanyStore.Lists.ofOwner, CompanyStore.Lists.ofOwnerSorted,
        "SEARCH cw_companies USING INDEX cw_companies_of_user (user_id=? AND created_at>? AND created_at<?)", path: test.path)
      try QueryPlan.expectRanges(
        CompanyStore.Lists.ofEverybody, CompanyStore.Lists.ofEverybodySorted,
        "SEARCH cw_companies USING INDEX cw_companies_newest (created_at>? AND created_at<?)", path: test.path)
    }
  }

  @Test func countsComeFromIndexes() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectSearches(CompanyStore.Lists.rows, maySort: true, path: test.path)
      try QueryPlan.expectSearches(CompanyStore.countsSQL, path: test.path)
      try QueryPlan.expectSearches(CompanyStore.documentsCountSQL, path: test.path)
      try QueryPlan.expectSearches(CompanyStore.isTakenSQL, path: test.path)
      let rows = try QueryPlan.of(CompanyStore.Lists.rows, path: test.path)
      #expect(rows.contains("SEARCH p USING COVERING INDEX cw_projects_of_company (company_id=?)"), "\(rows)")
      #expect(rows.contains("SEARCH p USING COVERING INDEX cw_projects_of_company (company_id=? AND status=? AND deleted_at=?)"), "\(rows)")
      #expect(try QueryPlan.of(CompanyStore.isTakenSQL, path: test.path).contains { $0.contains("cw_companies_code") })
    }
  }

  @Test func listsAreOfTheirOwnersInTheOrderAskedFor() async throws {
    try await TestDatabase.with { test in
      let (first, second) = try await test.twoUsers()
      try await test.database.write { transaction in
        for (index, name) in ["乙 b", "甲 a", "丙 C"].enumerated() {
          _ = try CompanyStore.insert(.sample(owner: first, name, at: Int64(index / 2)), transaction)
        }
        _ = try CompanyStore.insert(.sample(owner: second, "丁", at: 9), transaction)
      }
      func names(_ owners: ListOwners, _ query: ListQuery = ListQuery(), keyword: String? = nil) async throws -> [String] {
        let selection = CompanySelection(owners: owners, keyword: ListKeyword.folded(keyword))
        let (total, items) = try await test.database.read { try CompanyStore.page(selection, query, $0) }
        #expect(total >= Int64(items.count))
        return items.map(\.company.name)
      }
      // 乙 and 甲 are of the same moment: the later id first.
      #expect(try await names(.only(first)) == ["丙 C", "甲 a", "乙 b"])
      #expect(try await names(.everybody) == ["丁", "丙 C", "甲 a", "乙 b"])
      #expect(try await names(.nobody) == [])
      #expect(try await names(.only(first), ListQuery(sort: ListSort(column: "created_at", isAscending: true))) == ["乙 b", "甲 a", "丙 C"])
      #expect(try await names(.everybody, ListQuery(sort: ListSort(column: "name", isAscending: true))) == ["丁", "丙 C", "乙 b", "甲 a"])
      #expect(try await names(.everybody, ListQuery(sort: ListSort(column: "name", isAscending: false))) == ["甲 a", "乙 b", "丙 C", "丁"])
      #expect(try await names(.only(first), ListQuery(page: ListPage(number: 2, size: 2))) == ["乙 b"])
      #expect(try await names(.only(first), ListQuery(page: ListPage(number: 3, size: 2))) == [])
      #expect(try await names(.everybody, keyword: "c") == ["丙 C"])
      #expect(try await names(.only(first), keyword: "丁") == [])
      #expect(try await names(.everybody, keyword: "%") == [])
      var window = ListQuery()
      window.window.after = 1
      #expect(try await names(.only(first), window) == ["丙 C"])
      window.window.before = 9
      #expect(try await names(.everybody, window) == ["丙 C"])
      window.sort = ListSort(column: "name", isAscending: true)
      #expect(try await names(.everybody, window) == ["丙 C"])
    }
  }

  @Test func aCodeIsOnePerOwnerInWhateverCase() async throws {
    try await TestDatabase.with { test in
      let (first, second) = try await test.twoUsers()
      try await test.database.write { transaction in
        var company = Company.sample(owner: first, "甲")
        company.creditCode = "91110000123456789x"
        company.id = try CompanyStore.insert(company, transaction)
        #expect(try CompanyStore.isTaken("91110000123456789X", of: first, except: 0, transaction))
        #expect(try !CompanyStore.isTaken("91110000123456789X", of: first, except: company.id, transaction))
        #expect(try !CompanyStore.isTaken("91110000123456789X", of: second, except: 0, transaction))
        try CompanyStore.delete(company.id, at: 5, transaction)
        #expect(try !CompanyStore.isTaken("91110000123456789X", of: first, except: 0, transaction))
      }
    }
  }
}

extension TestDatabase {
  /// Ids of two users.
  func twoUsers() async throws -> (Int64, Int64) {
    try await database.write { (try UserStore.insert(.sample("first"), $0), try UserStore.insert(.sample("second"), $0)) }
  }
}

extension Company {
  static func sample(owner: Int64, _ name: String = "示例化工有限公司", at time: Int64 = 1) -> Company {
    Company(ownerID: owner, name: name, createdAt: time, updatedAt: time)
  }
}
