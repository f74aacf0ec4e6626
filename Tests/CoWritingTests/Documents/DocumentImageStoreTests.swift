import Storage
import Testing

@testable import CoWriting

struct DocumentImageStoreTests {
  /// Two documents of one project with three images each.
  private func with(_ body: (Database, [[DocumentImage]]) async throws -> Void) async throws {
    try await TestDatabase.with { test in
      let images = try await test.database.write { transaction in
        let user = try UserStore.insert(.sample(), transaction)
        let project = try ProjectStore.insert(
          Project(ownerID: user, name: "p", type: "t", status: "draft", metadata: "{}", createdAt: 1, updatedAt: 1), transaction)
        return try (0..<2).map { document in
          let id = try DocumentStore.insert(
            Document(userID: user, projectID: project, title: "d", format: "markdown", status: "draft", createdAt: 1, updatedAt: 1),
            transaction)
          return try (0..<3).map { number in
            var image = DocumentImage(
              documentID: id, authorID: user, fileName: "\(2 - number).png", contentType: "image/png", key: "images/\(document)-\(number)",
              size: Int64(100 + number), sha256: [UInt8](repeating: 7, count: 32), width: 4, height: 3, createdAt: Int64(10 + number))
            image.id = try DocumentImageStore.insert(image, transaction)
            return image
          }
        }
      }
      try await body(test.database, images)
    }
  }

  private func unwanted(_ database: Database) async throws -> [String] {
    try await database.read { try UnwantedBlobStore.givenUp(after: "", $0) }
  }

  @Test func isOneDocumentsOnly() async throws {
    try await with { database, images in
      let (mine, other) = (images[0][1], images[1][0].documentID)
      let found = try await database.read { try DocumentImageStore.image(mine.id, of: mine.documentID, $0) }
      let elsewhere = try await database.read { try DocumentImageStore.image(mine.id, of: other, $0) }
      let all = try await database.read { try DocumentImageStore.images(of: mine.documentID, $0) }
      let sums = try await database.read { try DocumentImageStore.sums(of: mine.documentID, $0) }
      #expect(found == mine && elsewhere == nil && all == images[0])
      #expect(sums == (3, 303))
      let isDeleted = try await database.write { try DocumentImageStore.delete(mine.id, of: other, $0) }
      let left = try await unwanted(database)
      #expect(!isDeleted && left.isEmpty)
    }
  }

  @Test func pagesInEveryOrder() async throws {
    try await with { database, images in
      let id = images[0][0].documentID
      for (sort, order) in [
        (ListSort.newestFirst, [2, 1, 0]), (ListSort(column: "created_at", isAscending: true), [0, 1, 2]),
        (ListSort(column: "file_name", isAscending: true), [2, 1, 0]), (ListSort(column: "file_size", isAscending: false), [2, 1, 0]),
      ] {
        let (total, page) = try await database.read { try DocumentImageStore.page(ListQuery(sort: sort), of: id, $0) }
        #expect(total == 3 && page == order.map { images[0][$0] })
        let second = ListQuery(page: ListPage(number: 2, size: 2), sort: sort)
        let rest = try await database.read { try DocumentImageStore.page(second, of: id, $0) }
        #expect(rest.total == 3 && rest.items == [images[0][order[2]]])
      }
      var window = ListWindow()
      window.after = 11
      let late = ListQuery(window: window)
      let found = try await database.read { try DocumentImageStore.page(late, of: id, $0) }
      #expect(found.total == 2 && found.items == [images[0][2], images[0][1]])
    }
  }

  @Test func whatIsDeletedLeavesAnUnwantedObject() async throws {
    try await with { database, images in
      let image = images[0][1]
      let isDeleted = try await database.write { try DocumentImageStore.delete(image.id, of: image.documentID, $0) }
      let one = try await unwanted(database)
      #expect(isDeleted && one == [image.key])
      try await database.write { try DocumentStore.delete(image.documentID, at: 99, $0) }
      let three = try await unwanted(database)
      #expect(three == images[0].map(\.key))
      let others = try await database.read { try DocumentImageStore.images(of: images[1][0].documentID, $0) }
      #expect(others == images[1])
    }
  }

  @Test func aDeletedProjectTakesTheImagesOfItsDocumentsAlong() async throws {
    try await with { database, images in
      let project = try await database.read { try DocumentStore.document(id: images[0][0].documentID, $0)?.projectID }
      let id = try #require(project)
      try await database.write { try DocumentStore.deleteAll(ofProject: id, at: 99, $0) }
      let left = try await unwanted(database)
      #expect(left == images.flatMap { $0 }.map(\.key).sorted())
      let rows = try await database.read { try $0.integer("SELECT count(*) FROM cw_document_images") }
      #expect(rows == 0)
    }
  }

  @Test func anObjectOfAnImageIsNeverGivenUp() async throws {
    try await with { database, images in
      let key = images[0][0].key
      let isGivenUp = try await database.write { try UnwantedBlobStore.giveUp(key, at: 1, $0) }
      let left = try await unwanted(database)
      #expect(!isGivenUp && left.isEmpty)
    }
  }

  @Test func noStatementReadsMoreThanADocumentsImages() async throws {
    try await TestDatabase.with { test in
      let (index, range) = ("INDEX cw_document_images_of_document (document_id=?", " AND created_at>? AND created_at<?)")
      #expect(try QueryPlan.of(DocumentImageStore.all, path: test.path) == ["SEARCH cw_document_images USING \(index))"])
      for sql in [DocumentImageStore.newest.count, DocumentImageStore.newest.ids] {
        #expect(try QueryPlan.of(sql, path: test.path) == ["SEARCH cw_document_images USING COVERING \(index)\(range)"])
      }
      // At most as many rows as a document may have images.
      let sorted = try QueryPlan.of(DocumentImageStore.anyOrder.ids, path: test.path)
      #expect(sorted == ["SEARCH cw_document_images USING \(index)\(range)", "USE TEMP B-TREE FOR ORDER BY"])
    }
  }
}
