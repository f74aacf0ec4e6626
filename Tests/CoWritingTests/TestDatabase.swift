import Foundation
import Storage

@testable import CoWriting

/// A database of its own for each test, with the released schema; its directory goes with it.
final class TestDatabase: Sendable {
  let database: Database
  /// Of its file.
  let path: String
  private let directory: String

  init() async throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "weft-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    path = directory + "/weft.db"
    database = try Database.open(path: path)
    try await CoWritingApp.migrator.migrate(database)
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

  func close() async {
    await database.close()
    try? FileManager.default.removeItem(atPath: directory)
  }
}

extension User {
  static func sample(_ username: String = "newuser") -> User {
    User(username: username, email: "\(username)@example.com", passwordHash: "", createdAt: 1, updatedAt: 1)
  }
}
