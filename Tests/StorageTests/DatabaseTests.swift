import Platform
import Storage
import Testing

@Suite struct DatabaseTests {
  @Test func readsWhatWasWritten() async throws {
    try await TestDatabase.with { database in
      let count = try await database.write { transaction in
        try transaction.execute(
          "INSERT INTO items (id, name, size, ratio, data, note) VALUES ($id, $name, $size, $ratio, $data, $note)",
          ["id": 1, "name": "名", "size": .integer(-5), "ratio": .double(1.5), "data": .blob([0, 255]), "note": .null])
      }
      #expect(count == 1)
      let row = try await database.read { transaction in
        try transaction.first("SELECT * FROM items WHERE id = $id", ["id": 1]) { row in
          #expect(try row.text("name") == "名")
          #expect(try row.integer("size") == -5)
          #expect(try row.double("ratio") == 1.5)
          #expect(try row.blob("data") == [0, 255])
          #expect(try row.optionalText("note") == nil)
          #expect((row.isNull(5)) == true)
          return try row.text(1)
        }
      }
      #expect(row == "名")
    }
  }
}
