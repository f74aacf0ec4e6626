import Storage
import Testing

@testable import CustomerService

@Suite struct ContractStoreTests {
  private func withContracts(_ body: (TestDatabase) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      try await test.database.write { transaction in
        for name in ["a", "b"] { try UserStore.insert(.sample(name, email: "\(name)@example.com"), transaction) }
        for number in 1...5 {
          try ContractStore.insert(.sample("c\(number)", of: number == 3 ? "b" : "a", createdAt: Int64(number / 2)), transaction)
        }
      }
      try await body(test)
    }
  }

  @Test func listsAreNewestFirstAndCountWhatTheyList() async throws {
    try await withContracts { test in
      let pages = try await test.database.read { transaction in
        [
          try ContractStore.page(of: "a", Page(skip: 0, limit: 3), transaction),
          try ContractStore.page(of: nil, Page(skip: 1, limit: 2), transaction),
          try ContractStore.page(of: "a", Page(skip: .max, limit: 2), transaction),
          try ContractStore.page(of: "c", Page(skip: nil, limit: nil), transaction),
        ]
      }
      #expect(pages.map(\.total) == [4, 5, 4, 0])
      #expect(pages.map { $0.contracts.map(\.id) } == [["c5", "c4", "c2"], ["c4", "c3"], [], []])
      #expect(pages[1].contracts.map(\.ownerEmail) == ["a@example.com", "b@example.com"])
    }
  }

  @Test func whatIsWrittenIsRead() async throws {
    try await withContracts { test in
      var contract = Contract.sample("c1", of: "a", createdAt: 0)
      contract.isSigned = true
      contract.updatedAt = 9
      (contract.title, contract.contentMarkdown) = ("新标题", "# 新")
      let (stored, isGone, isGoneAgain) = try await test.database.write { [contract] transaction in
        try ContractStore.update(contract, transaction)
        return (
          try ContractStore.contract("c1", transaction), try ContractStore.delete("c1", transaction),
          try ContractStore.delete("c1", transaction)
        )
      }
      #expect(stored == contract)
      #expect(isGone && !isGoneAgain)
    }
  }

  @Test func listsReadNoMoreThanTheyGive() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectRanges(ContractStore.pageSQL(isFiltered: false), isWhole: true, path: test.path)
      try QueryPlan.expectRanges(ContractStore.pageSQL(isFiltered: true), isWhole: false, path: test.path)
    }
  }
}

extension Contract {
  static func sample(_ id: String, of ownerID: String, createdAt: Int64) -> Contract {
    Contract(
      id: id, ownerID: ownerID, ownerEmail: "\(ownerID)@example.com", title: "合同", contentMarkdown: "# 正文", isSigned: false,
      createdAt: createdAt)
  }
}
