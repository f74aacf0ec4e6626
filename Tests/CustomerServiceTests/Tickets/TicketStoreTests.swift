import Storage
import Testing

@testable import CustomerService

@Suite struct TicketStoreTests {
  private func withTickets(_ body: (Database, User, User) async throws -> Void) async throws {
    try await TestDatabase.with { store in
      let user = User.sample()
      let other = User.sample("00000000000000000000000b", email: "b@example.com")
      try await store.database.write { transaction in
        try UserStore.insert(user, transaction)
        try UserStore.insert(other, transaction)
        for number in 1...5 {
          _ = try TicketStore.insert(.sample("t\(number)", of: number == 3 ? other : user, createdAt: Int64(number / 2)), transaction)
        }
      }
      try await body(store.database, user, other)
    }
  }

  private func page(
    of user: User?, status: String? = nil, skip: Int64 = 0, limit: Int64 = 10, _ database: Database
  ) async throws -> (total: Int64, ids: [String]) {
    let selection = TicketStore.Selection(creatorID: user?.id, status: status, skip: skip, limit: limit)
    let (total, tickets) = try await database.read { try TicketStore.page(selection, $0) }
    return (total, tickets.map(\.id))
  }

  /// What the counts should be.
  private func counted(_ database: Database) async throws -> Bool {
    try await database.read { transaction in
      try transaction.integer(
        """
        SELECT count(*) FROM csa_ticket_counts c WHERE tickets <> (
          SELECT count(*) FROM csa_tickets t WHERE t.status = c.status AND (c.user_id = '' OR t.user_id = c.user_id))
        """) == 0
    }
  }

  private func message(_ id: String, to ticketID: String, by user: User, isFromStaff: Bool, _ content: String, at time: Int64)
    -> TicketMessage
  {
    TicketMessage(
      id: id, ticketID: ticketID, authorID: user.id, authorEmail: user.email, isFromStaff: isFromStaff, content: content, createdAt: time)
  }

  private func add(_ message: TicketMessage, _ database: Database) async throws {
    try await database.write { transaction in
      let ticket = try #require(try TicketStore.ticket(message.ticketID, transaction))
      try TicketStore.add(message, to: ticket, transaction)
    }
  }

  private func found(_ text: String, of user: User? = nil, _ database: Database) async throws -> [String] {
    let (total, tickets) = try await database.read { try TicketSearch.page(text, creatorID: user?.id, skip: 0, limit: 100, $0) }
    #expect(total == Int64(tickets.count))
    return tickets.map(\.id)
  }

  @Test func aListIsNewestFirst() async throws {
    try await withTickets { database, user, _ in
      let page = try await page(of: user, database)
      #expect(page.total == 4)
      #expect(page.ids == ["t5", "t4", "t2", "t1"])
      let second = try await self.page(of: user, skip: 1, limit: 2, database)
      #expect(second.ids == ["t4", "t2"])
    }
  }

  @Test func ticketsOfOneInstantAreGivenAnOrderThatNumbersAndTimesShare() async throws {
    try await withTickets { database, _, _ in
      let rows = try await database.read {
        try $0.query("SELECT number, created_at FROM csa_tickets ORDER BY number") { (try $0.integer(0), try $0.integer(1)) }
      }
      #expect(rows.map(\.0) == [1, 2, 3, 4, 5])
      #expect(rows.map(\.1) == [0, 1, 2, 3, 4])
    }
  }

  @Test func aPageBeyondTheEndIsEmptyAndTheTotalStays() async throws {
    try await withTickets { database, _, _ in
      let page = try await page(of: nil, skip: .max, limit: 100, database)
      #expect(page.total == 5)
      #expect(page.ids.isEmpty)
    }
  }

  @Test func everyReplyIsKeptAndTheLatestIsShown() async throws {
    try await withTickets { database, user, other in
      try await add(message("r1", to: "t1", by: other, isFromStaff: true, "第一次", at: 10), database)
      try await add(message("r2", to: "t1", by: user, isFromStaff: true, "第二次", at: 20), database)
      let ticket = try #require(try await database.read { try TicketStore.ticket("t1", $0) })
      #expect(ticket.latestReply == TicketReply(responderEmail: user.email, feedback: "第二次", createdAt: 20))
      #expect(ticket.status == "replied" && ticket.updatedAt == 20)
      let (total, messages) = try await database.read { try TicketMessageStore.page(of: ticket, skip: 0, limit: 100, $0) }
      #expect(total == 3)
      #expect(messages.map(\.id) == ["t1", "r1", "r2"])
      #expect(messages.map(\.isFromStaff) == [false, true, true])
    }
  }

  @Test func anAdditionOfTheCreatorsWaitsForAReplyAgainAndTheLatestReplyStays() async throws {
    try await withTickets { database, user, other in
      try await add(message("r1", to: "t1", by: other, isFromStaff: true, "好了", at: 10), database)
      try await add(message("m1", to: "t1", by: user, isFromStaff: false, "没有", at: 20), database)
      let ticket = try #require(try await database.read { try TicketStore.ticket("t1", $0) })
      #expect(ticket.status == "pending" && ticket.updatedAt == 20)
      #expect(ticket.latestReply?.feedback == "好了")
      #expect(throws: CustomerServiceError.ticketAlreadyReplied) { try ticket.requireUnanswered() }
      let waiting = try await page(of: user, status: "pending", database)
      #expect(waiting.ids.contains("t1"))
      let result1 = try await counted(database)
      #expect(result1)
    }
  }

  @Test func aMessageIsLaterThanThoseBeforeItAlsoWhenTheClockWasSetBack() async throws {
    try await withTickets { database, user, other in
      try await add(message("z1", to: "t1", by: other, isFromStaff: true, "一", at: 90), database)
      try await add(message("y2", to: "t1", by: user, isFromStaff: false, "二", at: 50), database)
      try await add(message("x3", to: "t1", by: other, isFromStaff: true, "三", at: 91), database)
      let messages = try await database.read { try TicketMessageStore.messages(of: "t1", skip: 0, limit: 9, $0) }
      #expect(messages.map(\.id) == ["z1", "y2", "x3"])
      #expect(messages.map(\.createdAt) == [90, 91, 92])
      let ticket = try await database.read { try TicketStore.ticket("t1", $0) }
      #expect(ticket?.latestReply?.feedback == "三" && ticket?.latestReply?.createdAt == 92)
    }
  }

  @Test func aConversationIsCutIntoPagesThatCountTheQuestion() async throws {
    try await withTickets { database, user, _ in
      for number in 1...4 { try await add(message("m\(number)", to: "t1", by: user, isFromStaff: false, "第\(number)条", at: 7), database) }
      let ticket = try #require(try await database.read { try TicketStore.ticket("t1", $0) })
      for (skip, limit, ids) in [(0, 1, ["t1"]), (0, 3, ["t1", "m1", "m2"]), (1, 2, ["m1", "m2"]), (3, 9, ["m3", "m4"]), (5, 9, [])]
        as [(Int64, Int64, [String])]
      {
        let page = try await database.read { try TicketMessageStore.page(of: ticket, skip: skip, limit: limit, $0) }
        #expect(page.total == 5)
        #expect(page.messages.map(\.id) == ids)
      }
    }
  }

  @Test func theStatusFilterCountsWhatItLists() async throws {
    try await withTickets { database, _, other in
      try await add(message("r1", to: "t3", by: other, isFromStaff: true, "好", at: 10), database)
      for (status, ids) in [("replied", ["t3"]), ("pending", ["t5", "t4", "t2", "t1"])] {
        let page = try await page(of: nil, status: status, database)
        #expect(page.ids == ids)
        #expect(page.total == Int64(ids.count))
      }
      let result2 = try await counted(database)
      #expect(result2)
    }
  }

  @Test func aTicketIsFoundByTitleQuestionAndConversationAndOnlyWhileTheyStandThere() async throws {
    try await withTickets { database, user, other in
      let result3 = try await found("标题 内容", of: user, database)
      #expect(result3 == ["t5", "t4", "t2", "t1"])
      let result4 = try await found("标题", database).count
      #expect(result4 == 5)
      try await add(message("r1", to: "t3", by: user, isFromStaff: true, "重启服务器", at: 10), database)
      try await add(message("m1", to: "t3", by: other, isFromStaff: false, "依然缓慢", at: 20), database)
      let result5 = try await found("服务器 缓慢 标题", database)
      #expect(result5 == ["t3"])
      let result6 = try await found("服务器", of: user, database)
      #expect(result6 == [])
      try await database.write { transaction in
        let old = try #require(try TicketStore.ticket("t2", transaction))
        var ticket = old
        ticket.content = "改过的问题"
        try TicketStore.update(old, to: ticket, transaction)
      }
      let result7 = try await found("内容", of: user, database)
      #expect(result7 == ["t5", "t4", "t1"])
      let result8 = try await found("改过", database)
      #expect(result8 == ["t2"])
      try await database.write { try TicketStore.delete(try #require(try TicketStore.ticket("t3", $0)), $0) }
      let result9 = try await found("服务器", database)
      #expect(result9 == [])
      let result10 = try await found("标题", database).count
      #expect(result10 == 4)
    }
  }

  @Test func whatIsSearchedOfALongConversationHasAnEnd() async throws {
    try await withTickets { database, user, _ in
      let long = String(repeating: "长", count: 21_800)
      try await add(message("m1", to: "t1", by: user, isFromStaff: false, long + "近处", at: 10), database)
      try await add(message("m2", to: "t1", by: user, isFromStaff: false, "远处" + long, at: 20), database)
      let result11 = try await found("近处", database)
      #expect(result11 == ["t1"])
      let result12 = try await found("远处", database)
      #expect(result12 == ["t1"])
      try await add(message("m3", to: "t1", by: user, isFromStaff: false, "更远", at: 30), database)
      let result13 = try await found("更远", database)
      #expect(result13 == [])
      try await database.write { try TicketStore.delete(try #require(try TicketStore.ticket("t1", $0)), $0) }
      let result15 = try await found("近处", database)
      #expect(result15 == [])
      let result16 = try await found("长长", database)
      #expect(result16 == [])
    }
  }

  @Test func deletingATicketTakesItsMessages() async throws {
    try await withTickets { database, _, other in
      try await add(message("r1", to: "t3", by: other, isFromStaff: true, "好", at: 10), database)
      try await database.write { try TicketStore.delete(try #require(try TicketStore.ticket("t3", $0)), $0) }
      let left = try await database.read { try $0.integer("SELECT count(*) FROM csa_ticket_messages") }
      #expect(left == 0)
      let result17 = try await counted(database)
      #expect(result17)
    }
  }

  @Test(arguments: [(nil, nil), (nil, "pending"), ("x", nil), ("x", "pending")] as [(String?, String?)])
  func noListSortsAndAPageReadsAnIndexAlone(creatorID: String?, status: String?) async throws {
    try await TestDatabase.with { store in
      let sql = TicketStore.Selection(creatorID: creatorID, status: status, skip: 0, limit: 10).sql
      let explained = try #require(Self.explained.first { "\($0)" == "EXPLAIN QUERY PLAN \(sql)" })
      var parameters: SQLParameters = ["limit": 10, "skip": 0]
      if let creatorID { parameters.append("user_id", .text(creatorID)) }
      if let status { parameters.append("status", .text(status)) }
      let plan = try await store.database.read { [parameters] in try $0.query(explained, parameters) { try $0.text("detail") } }
      #expect(plan.count == 1)
      #expect(plan[0].contains("USING COVERING INDEX"), "\(plan)")
      // The whole list is an index from its end.
      #expect(plan[0].hasPrefix(creatorID == nil && status == nil ? "SCAN" : "SEARCH"), "\(plan)")
    }
  }

  /// The store's own statements, since a statement's text is static.
  private static let explained: [StaticString] = [
    "EXPLAIN QUERY PLAN SELECT number FROM csa_tickets ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip",
    "EXPLAIN QUERY PLAN SELECT number FROM csa_tickets WHERE status = $status ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip",
    "EXPLAIN QUERY PLAN SELECT number FROM csa_tickets WHERE user_id = $user_id ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip",
    """
    EXPLAIN QUERY PLAN SELECT number FROM csa_tickets WHERE user_id = $user_id AND status = $status
    ORDER BY created_at DESC, id DESC LIMIT $limit OFFSET $skip
    """,
  ]

  @Test(
    arguments: [
      "EXPLAIN QUERY PLAN SELECT * FROM csa_ticket_rows WHERE number = 1",
      "EXPLAIN QUERY PLAN SELECT * FROM csa_ticket_rows WHERE id = 'x'",
      "EXPLAIN QUERY PLAN SELECT content FROM csa_ticket_messages WHERE ticket_id = 'x' ORDER BY created_at, id",
      "EXPLAIN QUERY PLAN SELECT coalesce(sum(tickets), 0) FROM csa_ticket_counts WHERE user_id = 'x' AND (NULL IS NULL OR status = NULL)",
      "EXPLAIN QUERY PLAN SELECT number, created_at FROM csa_tickets ORDER BY number DESC LIMIT 1",
      "EXPLAIN QUERY PLAN DELETE FROM csa_tickets WHERE number = 1",
    ] as [SQL])
  func nothingElseReadsAWholeTable(_ sql: SQL) async throws {
    try await TestDatabase.with { store in
      let plan = try await store.database.read { try $0.query(sql.text) { try $0.text("detail") } }
      #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") && $0 != "SCAN csa_tickets" }, "\(plan)")
    }
  }

  struct SQL: ExpressibleByStringLiteral, Sendable {
    var text: StaticString
    init(stringLiteral text: StaticString) { self.text = text }
  }
}
