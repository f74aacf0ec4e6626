import ArgumentParser
import CustomerService
import Foundation
import Identity
import Platform
import Storage

/// A server's data directory in the hands of an operator. The server may run beside.
struct OperatorDirectory {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let database: Database
  let tasks: OperatorTasks
  private let passwords: PasswordHasher
  /// Held where no server runs, so that none starts meanwhile.
  private let lock: DataDirectoryLock?

  /// - Throws: `Failure` where there is no database, or one that a server of another version is using.
  ///
  /// - Parameter databaseURL: `--database-url`; the environment's behind it, as for `weft serve`.
  init(_ directory: String, databaseURL: String?) async throws {
    var given: [String: String] = [:]
    given["WEFT_DATABASE_URL"] = databaseURL
    let source = SettingSource(flags: given, environment: ProcessInfo.processInfo.environment)
    let path = try ServeSettings.databasePath(source, dataDirectory: directory)
    // Opening would make an empty one, and a mistyped path would seem to have worked.
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure(description: "there is no database at \(path)")
    }
    lock = try Self.lock(directory)
    var options = DatabaseOptions()
    options.readers = 1
    // Beside a server the log is the server's to fold in.
    options.checkpointsAtClose = lock != nil
    database = try Database.open(path: path, options: options)
    do {
      if lock != nil {
        try await CustomerServiceApp.migrator.migrate(database)
      } else if try await !CustomerServiceApp.migrator.pending(database).isEmpty {
        throw Failure(description: "the running server's schema is older than this program's: use the server's own program")
      }
      passwords = PasswordHasher(threads: 1, random: SystemRandom())
      tasks = OperatorTasks(
        database: database, passwords: passwords,
        generation: try SharedGeneration(path: ServeSettings.generationPath(dataDirectory: directory)))
    } catch {
      await database.close()
      throw error
    }
  }

  /// Whether no server runs on the directory.
  var isAlone: Bool { lock != nil }

  func close() async {
    await passwords.close()
    await database.close()
    withExtendedLifetime(lock) {}
  }

  private static func lock(_ directory: String) throws -> DataDirectoryLock? {
    do {
      return try DataDirectoryLock.acquire(directory: directory)
    } catch StorageError.inUse {
      return nil
    }
  }
}

/// Where the database is, if not in the data directory.
struct AdminOfflineFlags: ParsableArguments {
  @Option(name: .customLong("database-url"), help: "WEFT_DATABASE_URL: sqlite:PATH (default: sqlite:DIR/weft.db).")
  var databaseURL: String?
}
