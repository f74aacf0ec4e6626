internal import CSQLite
internal import Platform
internal import Synchronization

/// A connection that reads, and the limit on how long it may.
final class Reader {
  /// Steps of SQLite's machine between two looks at the clock: microseconds as a rule. A step of a search can take milliseconds.
  private static let stepsPerLook: Int32 = 200

  private final class Limit {
    var breaksOffAt = MonotonicInstant.never
  }

  private let connection: Connection
  private let limit = Limit()
  private let readMax: Duration

  init(path: String, options: DatabaseOptions) throws(StorageError) {
    connection = try Connection(path: path, isReadOnly: true)
    readMax = options.readMax
    connection.waitWhenBusy(options.busyMax)
    try connection.runScript(
      """
      PRAGMA query_only = ON;
      PRAGMA cache_size = -\(options.readerCacheKiB);
      PRAGMA temp_store = MEMORY;
      """)
    // The limit lives as long as the connection that calls back, both in this object.
    sqlite3_progress_handler(
      connection.handle, Self.stepsPerLook,
      { raw in
        guard let raw else { return 0 }
        return Unmanaged<Limit>.fromOpaque(raw).takeUnretainedValue().breaksOffAt <= .now() ? 1 : 0
      }, Unmanaged.passUnretained(limit).toOpaque())
  }

  func read<Value>(
    deadline: MonotonicInstant?, hold: MemoryHold?, _ body: (ReadTransaction) throws -> Value
  ) -> Result<Value, any Error> {
    let latest = MonotonicInstant.now() + readMax
    limit.breaksOffAt = min(deadline ?? latest, latest)
    do throws(StorageError) { try connection.run("BEGIN") } catch { return .failure(error) }
    let transaction = ReadTransaction(connection: connection, hold: hold)
    let result = Result { try body(transaction) }
    transaction.end()
    // The end of the transaction must not be broken off.
    limit.breaksOffAt = .never
    do throws(StorageError) { if !connection.isAutocommit { try connection.run("COMMIT") } } catch { return .failure(error) }
    return result
  }
}

/// Hands the opened readers to the threads that will own them.
final class ReaderHandover: @unchecked Sendable {  // every reader is taken by one thread, once, under the lock
  private let readers: Mutex<[Box]>

  private struct Box: @unchecked Sendable {  // crosses from the opening thread to its owner, and is then forgotten here
    var reader: Reader?
  }

  init(_ readers: [Reader]) { self.readers = Mutex(readers.map { Box(reader: $0) }) }

  func take(_ index: Int) -> Reader {
    let box = readers.withLock { readers in
      let box = readers[index]
      readers[index].reader = nil
      return box
    }
    guard let reader = box.reader else { preconditionFailure("reader \(index) was taken twice") }
    return reader
  }
}
