import Jobs
import Platform
import Storage
import Synchronization

/// Writes what jobs under way have so far, all of them in one transaction, several times a second: a commit for each piece of each text
/// would be thousands a second.
final class LiveUpdates: Sendable {
  /// A job that has something to show before it ends.
  protocol Source: AnyObject, Sendable {
    var lease: JobLease { get }
    var subject: JobProgress.Subject { get }
    /// Whether `write` has something to write.
    var hasNews: Bool { get }
    /// Writes it. May run again after a transaction that failed: what is written counts once `wasWritten` is called.
    ///
    /// - Returns: What `wasWritten` is to be told.
    func write(_ transaction: Transaction) throws -> Int
    func wasWritten(_ amount: Int)
  }

  private let database: Database
  private let jobs: JobQueue
  private let progress: JobProgress
  private let sources = Mutex<[ObjectIdentifier: any Source]>([:])

  init(database: Database, jobs: JobQueue, progress: JobProgress) {
    self.database = database
    self.jobs = jobs
    self.progress = progress
  }

  func add(_ source: any Source) { sources.withLock { $0[ObjectIdentifier(source)] = source } }

  /// What has not been written yet is not written any more.
  func remove(_ source: any Source) { sources.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(source)) } }

  /// To be called ten times a second, by one caller at a time.
  func write() async throws {
    let news = sources.withLock { $0.values.filter(\.hasNews) }
    guard !news.isEmpty else { return }
    try await database.write { [self] transaction in
      var written: [(source: any Source, amount: Int)] = []
      for source in news {
        do {
          try jobs.check(source.lease, transaction)
        } catch is LeaseLost {
          continue  // its run hears of it from the runner
        } catch is JobStop {
          continue
        }
        written.append((source, try source.write(transaction)))
      }
      transaction.afterCommit { [progress, written] in
        for (source, amount) in written {
          source.wasWritten(amount)
          progress.changed(source.subject)
        }
      }
    }
  }
}
