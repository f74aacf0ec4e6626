import Glibc
import Testing

/// Runs each job of a task on a thread of its own, so that tests may block in system calls without holding up those that share the
/// cooperative pool.
final class ThreadPerJob: TaskExecutor {
  static let shared = ThreadPerJob()

  func enqueue(_ job: consuming ExecutorJob) {
    let box = Unmanaged.passRetained(JobBox(UnownedJob(job), on: self))
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<JobBox>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, box.toOpaque())
    precondition(result == 0, "no thread for a test")
    pthread_detach(thread)
  }

  private final class JobBox {
    private let job: UnownedJob
    private let executor: ThreadPerJob

    init(_ job: UnownedJob, on executor: ThreadPerJob) { (self.job, self.executor) = (job, executor) }

    func run() { job.runSynchronously(on: executor.asUnownedTaskExecutor()) }
  }
}

/// For tests that block.
struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
    try await withTaskExecutorPreference(ThreadPerJob.shared) { try await function() }
  }
}

extension Trait where Self == BlockingTrait {
  static var blocking: BlockingTrait { BlockingTrait() }
}
