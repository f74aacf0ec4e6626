import Foundation
import Storage

@testable import CustomerService

/// A database of its own for each test, with the released schema; its directory goes with it.
final class TestDatabase: Sendable {
  let database: Database
  private let directory: String

  init() async throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    database = try Database.open(path: directory + "/weft.db")
    try await CustomerServiceApp.migrator.migrate(database)
  }

  /// A test in one of its own.
  static func with(_ body: (TestDatabase) async throws -> Void) async throws {
    let test = try await TestDatabase()
    do {
      try await body(test)
    } catch {
      await test.close()
      throw error
    }
    await test.close()
  }

  /// The database's file, for whoever opens it a second time.
  var path: String { directory + "/weft.db" }

  func close() async {
    await database.close()
    try? FileManager.default.removeItem(atPath: directory)
  }
}

extension User {
  static func sample(_ id: String = "00000000000000000000000a", email: String = "a@example.com", createdAt: Int64 = 1) -> User {
    User(id: id, email: email, passwordHash: nil, role: Role.user, isActive: true, tokenEpoch: 0, createdAt: createdAt)
  }
}

extension Ticket {
  static func sample(_ id: String, of user: User, createdAt: Int64) -> Ticket {
    Ticket(
      id: id, creatorID: user.id, creatorEmail: user.email, title: "标题", type: "technical", content: "内容", createdAt: createdAt)
  }
}
