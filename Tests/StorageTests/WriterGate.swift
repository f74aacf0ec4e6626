import Glibc
import Storage
import Synchronization

/// Holds the writer in front of a commit until told to go on, and disturbs commits.
final class WriterGate: CommitObserver, @unchecked Sendable {  // the semaphore is made for sharing; the rest is under locks
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private let holds = Atomic<Bool>(false)
  private let failure: @Sendable (Int) -> StorageError?
  let groups = Mutex<[Int]>([])

  /// - Parameter failure: The error in COMMIT's place, by the number of members.
  init(failure: @escaping @Sendable (Int) -> StorageError? = { _ in nil }) {
    self.failure = failure
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func willCommit(memberCount: Int) throws(StorageError) {
    if holds.exchange(false, ordering: .sequentiallyConsistent) { sem_wait(semaphore) }
    if let error = failure(memberCount) { throw error }
  }

  func didCommit(memberCount: Int) { groups.withLock { $0.append(memberCount) } }

  func open() { sem_post(semaphore) }

  /// Runs the bodies as one group: the writer is kept busy by another write until all of them wait, in this order.
  func group<Value: Sendable>(
    _ database: Database, _ bodies: [@Sendable (Transaction) throws -> Value],
    whileBusy: @escaping @Sendable (Database) async throws -> Void = { _ in }
  ) async throws -> [Result<Value, any Error>] {
    holds.store(true, ordering: .sequentiallyConsistent)
    return try await withThrowingTaskGroup(of: (Int, Result<Value, any Error>)?.self) { tasks in
      tasks.addTask {
        // On a busy machine even this one may wait too long; without it nobody would ever come to the gate.
        while true {
          do {
            try await database.write { _ in }
            return nil
          } catch StorageError.deadline where self.holds.load(ordering: .sequentiallyConsistent) {
            continue
          }
        }
      }
      while holds.load(ordering: .sequentiallyConsistent) { await Task.yield() }
      groups.withLock { $0 = [] }
      for (index, body) in bodies.enumerated() {
        tasks.addTask {
          do {
            return (index, .success(try await database.write(body)))
          } catch {
            return (index, .failure(error))
          }
        }
        while database.waitingCounts.writes <= index { await Task.yield() }
      }
      do {
        try await whileBusy(database)
      } catch {
        open()
        throw error
      }
      open()
      var results: [Int: Result<Value, any Error>] = [:]
      for try await case (let index, let result)? in tasks { results[index] = result }
      return bodies.indices.map { results[$0] ?? .failure(StorageError.closed) }
    }
  }
}

/// Holds one thread until told to go on.
final class Gate: @unchecked Sendable {  // the semaphore is made for sharing
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private let isEntered = Atomic<Bool>(false)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func wait() {
    isEntered.store(true, ordering: .sequentiallyConsistent)
    sem_wait(semaphore)
  }

  func entered() async {
    while !isEntered.load(ordering: .sequentiallyConsistent) { await Task.yield() }
  }

  func open() { sem_post(semaphore) }
}

extension Result {
  /// Whether it is this error of the database.
  func isFailure(_ error: StorageError) -> Bool {
    guard case .failure(let failure) = self else { return false }
    return failure as? StorageError == error
  }

  var isSuccess: Bool {
    if case .success = self { true } else { false }
  }
}
