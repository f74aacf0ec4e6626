import Storage
import Testing

@testable import CoWriting

@Suite struct ContactStoreTests {
  @Test func listsReadOneCompanysRowsOnly() async throws {
    try await TestDatabase.with { test in
      try QueryPlan.expectSearches(ContactStore.newest.count, path: test.path)
      try QueryPlan.expectSearches(ContactStore.newest.ids, path: test.path)
      try QueryPlan.expectSearches(ContactStore.filtered.count, path: test.path)
      try QueryPlan.expectSearches(ContactStore.filtered.ids, maySort: true, path: test.path)
      try QueryPlan.expectSearches(ContactStore.rows, maySort: true, path: test.path)
    }
  }

  @Test func ofACompanysContactsOneIsPrimaryAtMost() async throws {
    try await TestDatabase.with { test in
      let (owner, _) = try await test.twoUsers()
      let primary = try await test.database.write { transaction in
        let company = try CompanyStore.insert(.sample(owner: owner), transaction)
        let other = try CompanyStore.insert(.sample(owner: owner), transaction)
        var contact = Contact(companyID: company, name: "王五", isPrimary: true, createdAt: 1, updatedAt: 1)
        contact.id = try ContactStore.insert(contact, transaction)
        var second = Contact(companyID: company, name: "赵六", isPrimary: true, createdAt: 2, updatedAt: 2)
        second.id = try ContactStore.insert(second, transaction)
        _ = try ContactStore.insert(Contact(companyID: other, name: "孙七", isPrimary: true, createdAt: 2, updatedAt: 2), transaction)
        let afterInsert = try ContactStore.contact(contact.id, of: company, transaction)?.isPrimary
        try ContactStore.update(contact, transaction)
        // Changed while it is the one, it stays so.
        try ContactStore.update(contact, transaction)
        let all = try ContactStore.page(.init(companyID: company), ListQuery(), transaction).items
        let others = try ContactStore.page(.init(companyID: other), ListQuery(), transaction).items
        return (afterInsert, all.filter(\.isPrimary).map(\.name), others.map(\.isPrimary))
      }
      #expect(primary.0 == false)
      #expect(primary.1 == ["王五"])
      #expect(primary.2 == [true])
    }
  }

  @Test func aCompanysContactsGoWithIt() async throws {
    try await TestDatabase.with { test in
      let (owner, _) = try await test.twoUsers()
      let left = try await test.database.write { transaction in
        let company = try CompanyStore.insert(.sample(owner: owner), transaction)
        _ = try ContactStore.insert(Contact(companyID: company, name: "王五", isPrimary: true, createdAt: 1, updatedAt: 1), transaction)
        try ContactStore.deleteAll(of: company, at: 5, transaction)
        return try ContactStore.page(.init(companyID: company), ListQuery(), transaction).total
      }
      #expect(left == 0)
    }
  }
}
