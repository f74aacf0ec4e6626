import Foundation
import Storage
import Testing

@testable import CustomerService

/// A database of the program before conversations, brought up to date.
@Suite struct TicketMigrationTests {
  private func withOldDatabase(_ fill: @escaping @Sendable (Transaction) throws -> Void, _ body: (Database) async throws -> Void)
    async throws
  {
    let directory = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let database = try Database.open(path: directory + "/weft.db")
    do {
      let released: [Migration] = [
        .first, .signInsAndAudit, .validityChanges, .phonesAndKeys, .oauth, .passkeys, .browserSessions, .business, .files, .contacts,
      ]
      try await Migrator(application: "csa", migrations: released).migrate(database)
      try await database.write(fill)
      try await CustomerServiceApp.migrator.migrate(database)
      try await body(database)
    } catch {
      await database.close()
      throw error
    }
    await database.close()
  }

  @Test func everyTicketAndReplyIsKeptCountedAndFound() async throws {
    let user = User.sample()
    let admin = User.sample("00000000000000000000000b", email: "b@example.com")
    try await withOldDatabase { transaction in
      try UserStore.insert(user, transaction)
      try UserStore.insert(admin, transaction)
      // In another order than they were opened, two of them in one instant.
      for (id, at) in [("t3", 30), ("t1", 10), ("t2b", 20), ("t2a", 20)] as [(String, Int64)] {
        try transaction.execute(
          """
          INSERT INTO csa_tickets (id, user_id, title, ticket_type, content, status, created_at)
          VALUES ($id, $user_id, '旧标题', 'technical', '旧问题', 'pending', $at)
          """, ["id": .text(id), "user_id": .text(user.id), "at": .integer(at)])
      }
      for (id, text, at) in [("r1", "第一次回复", 40), ("r2", "第二次回复", 50)] as [(String, String, Int64)] {
        try transaction.execute(
          """
          INSERT INTO csa_ticket_replies (id, ticket_id, responder_id, feedback, created_at)
          VALUES ($id, 't1', $admin, $text, $at)
          """, ["id": .text(id), "admin": .text(admin.id), "text": .text(text), "at": .integer(at)])
      }
      try transaction.execute("UPDATE csa_tickets SET latest_reply_id = 'r2', status = 'replied', updated_at = 50 WHERE id = 't1'")
    } _: { database in
      let selection = TicketStore.Selection(creatorID: user.id, status: nil, skip: 0, limit: 10)
      let (total, tickets) = try await database.read { try TicketStore.page(selection, $0) }
      #expect(total == 4)
      #expect(tickets.map(\.id) == ["t3", "t2b", "t2a", "t1"])
      #expect(tickets.map(\.number) == [4, 3, 2, 1])
      #expect(tickets[3].latestReply == TicketReply(responderEmail: admin.email, feedback: "第二次回复", createdAt: 50))
      #expect(tickets[3].status == "replied" && tickets[3].updatedAt == 50 && tickets[0].updatedAt == nil)
      let messages = try await database.read { try TicketMessageStore.messages(of: "t1", skip: 0, limit: 10, $0) }
      #expect(messages.map(\.content) == ["第一次回复", "第二次回复"])
      #expect(messages.allSatisfy { $0.isFromStaff && $0.authorEmail == admin.email })
      let replied = try await database.read { try TicketCountStore.count(of: nil, status: "replied", $0) }
      #expect(replied == 1)
      let found = try await database.read { try TicketSearch.page("第一次 旧标题", creatorID: user.id, skip: 0, limit: 10, $0) }
      #expect(found.total == 1 && found.tickets.map(\.id) == ["t1"])
      let foreign = try await database.read { try $0.query("PRAGMA foreign_key_check") { try $0.text(0) } }
      #expect(foreign.isEmpty)
      try await database.write { try TicketStore.delete(try #require(try TicketStore.ticket("t1", $0)), $0) }
      let result1 = try await database.read { try $0.integer("SELECT count(*) FROM csa_ticket_messages") }
      #expect(result1 == 0)
    }
  }
}
