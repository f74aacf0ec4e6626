/// How a database is run. The defaults are the ones that were measured.
public struct DatabaseOptions: Sendable {
  /// How many transactions share one commit; 1 turns grouping off, for comparison.
  public var groupMax = 64
  /// How long a group takes in further members after its first one.
  public var groupOpenMax = Duration.milliseconds(2)
  /// How many bytes its members may leave for the end of a group (`Transaction.beforeCommit`) before it takes in nobody else: some four
  /// milliseconds of a search index.
  public var groupEndBytesMax = 65_536
  /// How many transactions may wait for the writer.
  public var writeQueueMax = 1024
  /// Threads that read, each with a connection of its own.
  public var readers = 2
  /// How many reads may wait for a reader.
  public var readQueueMax = 1024
  /// How long anything waits for its turn, if its caller sets no earlier deadline.
  public var waitMax = Duration.seconds(30)
  /// How long a read may run: a long one keeps the write-ahead log from being reset.
  public var readMax = Duration.seconds(5)
  /// How long to wait for the lock of another process.
  public var busyMax = Duration.seconds(5)
  /// Whether `close` folds the log into the database file. A command beside a running server leaves that to the server.
  public var checkpointsAtClose = true
  /// KiB of page cache of the writer, and of each reader.
  public var writerCacheKiB = 8192
  public var readerCacheKiB = 4096
  /// Pages (of 4 KiB) that the file may have at most; nil for SQLite's own limit.
  public var pagesMax: Int?
  /// Sees and disturbs commits, for tests.
  public var observer: (any CommitObserver)?

  public init() {}
}

/// A seat beside the writer's thread, from which tests watch commits and make them fail.
public protocol CommitObserver: Sendable {
  /// Every member has run. An error thrown here takes the place of COMMIT's.
  func willCommit(memberCount: Int) throws(StorageError)
  /// COMMIT has succeeded and nobody knows yet.
  func didCommit(memberCount: Int)
}
