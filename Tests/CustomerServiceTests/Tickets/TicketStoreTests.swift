import Storage
import Testing

@testable import CustomerService

@Suite struct TicketStoreTests {
  private func withTickets(_ body: (Database, User, User) async throws -> Void) async throws {
    let store = try await TestDatabase()
    let user = User.sample()
    let other = User.sample("00000000000000000000000b", email: "b@example.com")
    try await store.database.write { transaction in
      try UserStore.insert(user, transaction)
      try UserStore.insert(other, transaction)
      for number in 1...5 {
        try TicketStore.insert(.sample("t\(number)", of: number == 3 ? other : user, createdAt: Int64(number / 2)), transaction)
      }
    }
    try await body(store.database, user, other)
    await store.close()
  }

  @Test func aListIsNewestFirstAndTheGreaterIDFirstAmongEquals() async throws {
    try await withTickets { database, user, _ in
      let selection = TicketStore.Selection(creatorID: user.id, status: nil, skip: 0, limit: 10)
      let (total, tickets) = try await database.read { (try TicketStore.count(selection, $0), try TicketStore.tickets(selection, $0)) }
      #expect(total == 4)
      #expect(tickets.map(\.id) == ["t5", "t4", "t2", "t1"])
    }
  }

  @Test func aPageBeyondTheEndIsEmptyAndTheTotalStays() async throws {
    try await withTickets { database, _, _ in
      let selection = TicketStore.Selection(creatorID: nil, status: nil, skip: .max, limit: 100)
      let (total, tickets) = try await database.read { (try TicketStore.count(selection, $0), try TicketStore.tickets(selection, $0)) }
      #expect(total == 5)
      #expect(tickets.isEmpty)
    }
  }

  @Test func everyReplyIsKeptAndTheLatestIsShown() async throws {
    try await withTickets { database, user, other in
      try await database.write { transaction in
        try TicketStore.insertReply("r1", to: "t1", by: other.id, feedback: "第一次", at: 10, transaction)
        try TicketStore.insertReply("r2", to: "t1", by: user.id, feedback: "第二次", at: 20, transaction)
      }
      let ticket = try await database.read { try TicketStore.ticket("t1", $0) }
      #expect(ticket?.latestReply == TicketReply(responderEmail: user.email, feedback: "第二次", createdAt: 20))
      #expect(ticket?.status == "replied" && ticket?.updatedAt == 20)
      let kept = try await database.read { try $0.integer("SELECT count(*) FROM csa_ticket_replies WHERE ticket_id = 't1'") }
      #expect(kept == 2)
    }
  }

  @Test func theStatusFilterCountsWhatItLists() async throws {
    try await withTickets { database, _, other in
      try await database.write { try TicketStore.insertReply("r1", to: "t3", by: other.id, feedback: "好", at: 10, $0) }
      for (status, ids) in [("replied", ["t3"]), ("pending", ["t5", "t4", "t2", "t1"])] {
        let selection = TicketStore.Selection(creatorID: nil, status: status, skip: 0, limit: 10)
        let (total, tickets) = try await database.read {
          (try TicketStore.count(selection, $0), try TicketStore.tickets(selection, $0))
        }
        #expect(tickets.map(\.id) == ids)
        #expect(total == Int64(ids.count))
      }
    }
  }

  @Test func deletingATicketTakesItsReplies() async throws {
    try await withTickets { database, _, other in
      try await database.write { transaction in
        try TicketStore.insertReply("r1", to: "t3", by: other.id, feedback: "好", at: 10, transaction)
        try TicketStore.delete("t3", transaction)
      }
      let left = try await database.read { try $0.integer("SELECT count(*) FROM csa_ticket_replies") }
      #expect(left == 0)
    }
  }

  @Test(arguments: [
    "SELECT * FROM csa_ticket_rows WHERE user_id = 'x' ORDER BY created_at DESC, id DESC LIMIT 10",
    "SELECT * FROM csa_ticket_rows WHERE user_id = 'x' AND status = 'pending' ORDER BY created_at DESC, id DESC LIMIT 10",
    "SELECT * FROM csa_ticket_rows ORDER BY created_at DESC, id DESC LIMIT 10",
    "SELECT * FROM csa_ticket_rows WHERE status = 'pending' ORDER BY created_at DESC, id DESC LIMIT 10",
  ])
  func noListSorts(_ sql: String) async throws {
    let store = try await TestDatabase()
    let plan = try await store.database.read { transaction in
      // The plan is asked for by name, since a statement's text is static everywhere else.
      try transaction.query(Self.explained[sql] ?? "") { try $0.text("detail") }
    }
    #expect(!plan.isEmpty)
    #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN r") }, "\(plan)")
    await store.close()
  }

  private static let explained: [String: StaticString] = [
    "SELECT * FROM csa_ticket_rows WHERE user_id = 'x' ORDER BY created_at DESC, id DESC LIMIT 10":
      "EXPLAIN QUERY PLAN SELECT * FROM csa_ticket_rows WHERE user_id = 'x' ORDER BY created_at DESC, id DESC LIMIT 10",
    "SELECT * FROM csa_ticket_rows WHERE user_id = 'x' AND status = 'pending' ORDER BY created_at DESC, id DESC LIMIT 10":
      """
    EXPLAIN QUERY PLAN SELECT * FROM csa_ticket_rows WHERE user_id = 'x' AND status = 'pending'
    ORDER BY created_at DESC, id DESC LIMIT 10
    """,
    "SELECT * FROM csa_ticket_rows ORDER BY created_at DESC, id DESC LIMIT 10":
      "EXPLAIN QUERY PLAN SELECT * FROM csa_ticket_rows ORDER BY created_at DESC, id DESC LIMIT 10",
    "SELECT * FROM csa_ticket_rows WHERE status = 'pending' ORDER BY created_at DESC, id DESC LIMIT 10":
      "EXPLAIN QUERY PLAN SELECT * FROM csa_ticket_rows WHERE status = 'pending' ORDER BY created_at DESC, id DESC LIMIT 10",
  ]
}
