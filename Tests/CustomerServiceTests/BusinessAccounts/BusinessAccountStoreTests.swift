import Storage
import Testing

@testable import CustomerService

@Suite struct BusinessAccountStoreTests {
  private let owner = User.sample()

  private func account(_ id: String, of owner: User, createdAt: Int64 = 1) -> BusinessAccount {
    BusinessAccount(
      id: id, ownerID: owner.id, ownerEmail: owner.email, status: .pending, companyName: "示例公司", taxNumber: "", createdAt: createdAt)
  }

  @Test func aUserHasAtMostOneAndItReadsAsItWasWritten() async throws {
    try await TestDatabase.with { test in
      let (first, second) = (account("b1", of: owner), account("b2", of: owner))
      let isNew = try await test.database.write { [owner] transaction in
        try UserStore.insert(owner, transaction)
        return [try BusinessAccountStore.insert(first, transaction), try BusinessAccountStore.insert(second, transaction)]
      }
      #expect(isNew == [true, false])
      let stored = try await test.database.read { [owner] in
        [try BusinessAccountStore.account(of: owner.id, $0), try BusinessAccountStore.account("b1", $0)]
      }
      #expect(stored == [first, first])
    }
  }

  @Test func everyColumnIsUpdated() async throws {
    try await TestDatabase.with { test in
      let before = account("b1", of: owner)
      var after = before
      after.status = .active
      (after.assignedEmail, after.userCode, after.updatedAt) = ("x@example.com", "USER001", 5)
      for field in ["company_name", "tax_number", "certification_info", "communication_address", "contact_person_name", "contact_phone"] {
        let isSet = after.set(field, to: field)
        #expect(isSet)
      }
      for field in ["status", "assigned_email", "user_code"] {
        let isSet = after.set(field, to: "x")
        #expect(!isSet)
      }
      let stored = try await test.database.write { [owner, after] transaction in
        try UserStore.insert(owner, transaction)
        _ = try BusinessAccountStore.insert(before, transaction)
        try BusinessAccountStore.update(after, transaction)
        return try BusinessAccountStore.account("b1", transaction)
      }
      #expect(stored == after)
    }
  }

  @Test func listsAreNewestFirstAndCountWhatTheyList() async throws {
    try await TestDatabase.with { test in
      try await test.database.write { transaction in
        for number in 1...4 {
          let user = User.sample("u\(number)", email: "\(number)@example.com")
          try UserStore.insert(user, transaction)
          var account = BusinessAccount(
            id: "b\(number)", ownerID: user.id, ownerEmail: user.email, status: .pending, createdAt: Int64(number / 2))
          _ = try BusinessAccountStore.insert(account, transaction)
          guard number == 2 else { continue }
          account.status = .disabled
          try BusinessAccountStore.update(account, transaction)
        }
      }
      let pages = try await test.database.read { transaction in
        [
          try BusinessAccountStore.page(status: nil, Page(skip: 1, limit: 2), transaction),
          try BusinessAccountStore.page(status: .pending, Page(skip: nil, limit: nil), transaction),
          try BusinessAccountStore.page(status: .active, Page(skip: nil, limit: nil), transaction),
        ]
      }
      #expect(pages.map(\.total) == [4, 3, 0])
      #expect(pages.map { $0.accounts.map(\.id) } == [["b3", "b2"], ["b4", "b3", "b1"], []])
    }
  }

  @Test func listsReadNoMoreThanTheyGive() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectRanges(BusinessAccountStore.pageSQL(isFiltered: false), isWhole: true, path: test.path)
      try QueryPlan.expectRanges(BusinessAccountStore.pageSQL(isFiltered: true), isWhole: false, path: test.path)
    }
  }
}
