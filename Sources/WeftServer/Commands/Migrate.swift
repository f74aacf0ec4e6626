import ArgumentParser
import CustomerService
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
      let database = try Database.open(path: settings.databasePath)
      let done = try await CustomerServiceApp.migrator.migrate(database)
      for migration in done { Terminal.line("weft: csa: migrated to \(migration.number) (\(migration.name))") }
      if done.isEmpty { Terminal.line("weft: the schema is up to date") }
      await database.close()
      withExtendedLifetime(lock) {}
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }
}
