import ArgumentParser
import Storage

/// `weft migrate`: bring the database's schema up to date and exit.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Bring the database's schema up to date and exit.")

  @Option(name: .customLong("data-dir"), help: "The server's data directory.")
  var dataDirectory: String
  @OptionGroup var flags: SettingFlags

  func run() async throws {
    do {
      let settings = try ServeSettings(dataDirectory: dataDirectory, http: nil, grpc: nil, source: flags.source())
      let lock = try DataDirectoryLock.acquire(directory: dataDirectory)
      let workers = try Assembly.lockOutWorkers(settings.dataDirectory)
      let database = try Database.open(path: settings.databasePath)
      var count = 0
      for (application, migrator) in Assembly.migrators {
        for migration in try await migrator.migrate(database, telling: { Terminal.line("weft: \(application): \($0)") }) {
          Terminal.line("weft: \(application): migrated to \(migration.number) (\(migration.name))")
          count += 1
        }
      }
      if count == 0 { Terminal.line("weft: the schema is up to date") }
      await database.close()
      withExtendedLifetime((lock, workers)) {}
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }
}
