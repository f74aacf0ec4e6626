import Storage
import Testing

@testable import CustomerService

@Suite struct ContactStoreTests {
  private func contact(_ number: Int) -> Contact {
    Contact(id: "c\(number)", name: "张三", email: "not an address", message: "问题", isProcessed: false, createdAt: Int64(number / 2))
  }

  @Test func listsAreNewestFirstAndCountWhatTheyList() async throws {
    try await TestDatabase.with { test in
      var processed = contact(2)
      (processed.isProcessed, processed.adminNotes, processed.updatedAt) = (true, "已电话联系", 7)
      let pages = try await test.database.write { [contact = contact, processed] transaction in
        for number in 1...4 { try ContactStore.insert(contact(number), transaction) }
        try ContactStore.update(processed, transaction)
        return try [nil, true, false].map { try ContactStore.page(isProcessed: $0, Page(skip: 0, limit: 3), transaction) }
      }
      #expect(pages.map(\.total) == [4, 1, 3])
      #expect(pages.map { $0.contacts.map(\.id) } == [["c4", "c3", "c2"], ["c2"], ["c4", "c3", "c1"]])
      #expect(pages[1].contacts == [processed])
      let one = try await test.database.read { try ContactStore.contact("c4", $0) }
      #expect(one == contact(4))
    }
  }

  @Test func listsReadNoMoreThanTheyGive() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectRanges(ContactStore.pageSQL(isFiltered: false), isWhole: true, path: test.path)
      try QueryPlan.expectRanges(ContactStore.pageSQL(isFiltered: true), isWhole: false, path: test.path)
    }
  }

  @Test func administratorsAreFoundWithoutGoingThroughAllUsers() async throws {
    try await TestDatabase.with { test in
      try await test.database.write { transaction in
        for number in 1...4 {
          var user = User.sample("u\(number)", email: "\(number)@example.com", createdAt: Int64(10 - number))
          user.role = number == 2 ? User.Role.user : User.Role.admin
          user.isActive = number != 3
          try UserStore.insert(user, transaction)
        }
      }
      let found = try await test.database.read { transaction in
        try [1, 20].map { try UserStore.administrators(limit: $0, transaction).map(\.id) }
      }
      #expect(found == [["u4"], ["u4", "u1"]])
      let plan = try QueryPlan.of(UserStore.administratorsSQL, path: test.path)
      #expect(plan.count == 1 && plan[0].contains("csa_users_administrators"), "\(plan)")
    }
  }
}
