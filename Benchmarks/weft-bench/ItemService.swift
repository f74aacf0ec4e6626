import RPC

/// `bench.Items`: the two REST endpoints, `GET /item` and `POST /item`.
struct ItemService: Bench.ItemsServer {
  /// GET /item
  func getItem(_ request: Bench.GetItemRequest, _ call: ServerCall) async throws -> Bench.Item {
    .with {
      $0.id = "507f1f77bcf86cd799439012"
      $0.title = "无法导出财务报表"
      $0.ticketType = "financial"
      $0.content = "在尝试导出本月财务报表时，系统提示导出失败，请帮忙处理。"
      $0.status = "pending"
      $0.creatorEmail = "user@example.com"
      $0.priority = 3
      $0.score = 0.75
      $0.createdAt = "2024-01-01T10:00:00"
    }
  }

  /// POST /item
  func postItem(_ request: Bench.Item, _ call: ServerCall) async throws -> Bench.Item {
    request
  }
}
