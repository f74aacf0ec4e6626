internal import CLinux
import Glibc
public import Platform
internal import Synchronization

/// Something that acts once at the end of a turn, after all jobs of that turn: a connection writes what was queued.
package protocol TurnEnding: AnyObject {
  func turnEnds()
}

/// One thread that waits in epoll and runs everything that belongs to its connections: callbacks, timers, and the Swift tasks
/// that prefer it, because it is itself a task executor and a serial executor.
///
/// Jobs enqueued from its own thread go to a plain array; only other threads take the lock and write the eventfd.
/// A turn is: poll, dispatch, timers, at most 256 jobs, then each connection that was marked writes once.
///
/// `@unchecked Sendable`: every stored property except `remote`, `connectionCount` and the constants is touched only by the
/// loop's own thread, which the entry points check with `inLoop`. Their exclusivity is not checked at run time, which costs a tenth of
/// a call; no access to them calls out.
public final class EventLoop: @unchecked Sendable {
  static let jobsPerTurnMax = 256
  static let eventsPerTurnMax = 256
  static let readBufferSize = 64 * 1024

  enum Item {
    case job(UnownedJob)
    case work(@Sendable () -> Void)
  }

  private struct Remote {
    var items: [Item] = []
    var isStopped = false
  }

  let epoll: Int32
  private let wake: Int32
  private let name: String
  private let remote = Mutex(Remote())
  /// How many connections live here; read by whoever deals new ones out.
  let connectionCount = Atomic<Int>(0)

  private var thread = pthread_t()
  @exclusivity(unchecked) private var local: [Item] = []
  @exclusivity(unchecked) private var localHead = 0
  @exclusivity(unchecked) private var timers = TimerHeap()
  private var timerSequence: UInt64 = 0
  private var pollables: [Pollable?] = []
  @exclusivity(unchecked) private var ending: [any TurnEnding] = []
  private var isRunning = true

  /// The clock as of this turn.
  @exclusivity(unchecked) public private(set) var now = MonotonicInstant.now()
  /// Where bytes are read to before a connection looks at them: one for all its connections.
  package let readBuffer: UnsafeMutableRawBufferPointer
  /// A second such buffer, for what TLS decrypted.
  package let plainBuffer: UnsafeMutableRawBufferPointer
  /// Where a connection gathers what it writes at the end of a turn.
  package let output = OutputBuffer(capacity: 64 * 1024)

  /// Starts the loop's thread.
  init(name: String) {
    self.name = name
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wake = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    precondition(epoll >= 0 && wake >= 0, "no descriptors left for an event loop")
    readBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 16)
    plainBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 16)
    var event = epoll_event()
    event.events = EPOLLIN.rawValue
    event.data.fd = wake
    epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event)
    start()
  }

  deinit {
    readBuffer.deallocate()
    plainBuffer.deallocate()
    Glibc.close(epoll)
    Glibc.close(wake)
  }

  /// Whether the caller runs on this loop's thread.
  @inline(__always)
  public var inLoop: Bool { pthread_equal(pthread_self(), thread) != 0 }

  // MARK: Work

  /// Runs `work` on the loop, in order, later in this turn or in a following one. From any thread.
  ///
  /// Work handed to a loop that was shut down is dropped.
  public func execute(_ work: @escaping @Sendable () -> Void) {
    add(.work(work))
  }

  func add(_ item: consuming Item) {
    if inLoop {
      local.append(item)
      return
    }
    let item = copy item
    let wasEmpty = remote.withLock { remote in
      guard !remote.isStopped else { return false }
      remote.items.append(item)
      return remote.items.count == 1
    }
    if wasEmpty { wakeUp() }
  }

  /// Calls `ender.turnEnds()` once at the end of this turn. On the loop only; the caller sees to it that it asks once a turn.
  package func atTurnEnd(_ ender: any TurnEnding) {
    ending.append(ender)
  }

  // MARK: Timers

  /// Calls `body` on the loop at `time` or soon after. On the loop only.
  @discardableResult
  public func schedule(at time: MonotonicInstant, _ body: @escaping () -> Void) -> TimerHandle {
    precondition(inLoop)
    timerSequence += 1
    let timer = TimerHandle(deadline: time, sequence: timerSequence, body: body)
    timers.insert(timer)
    return timer
  }

  /// Calls `body` on the loop when `delay` has passed. On the loop only.
  @discardableResult
  public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> TimerHandle {
    schedule(at: now + delay, body)
  }

  /// Takes a timer back; nothing happens when it has fired or was cancelled before. On the loop only.
  public func cancel(_ timer: TimerHandle) {
    precondition(inLoop)
    timers.remove(timer)
    timer.body = nil
  }

  // MARK: Descriptors

  func register(_ pollable: Pollable) {
    let index = Int(pollable.descriptor)
    while pollables.count <= index { pollables.append(nil) }
    pollables[index] = pollable
  }

  func unregister(_ pollable: Pollable) {
    pollables[Int(pollable.descriptor)] = nil
  }

  // MARK: The turn

  private func start() {
    // The thread owns a reference to the loop until it ends; the semaphore publishes `thread` before anyone can ask `inLoop`.
    let started = ThreadStart(loop: self)
    let box = Unmanaged.passRetained(started)
    var handle = pthread_t()
    let result = pthread_create(&handle, nil, eventLoopMain, box.toOpaque())
    precondition(result == 0, "cannot start a thread: \(NetError.errorText(result))")
    pthread_detach(handle)
    sem_wait(started.semaphore)
  }

  fileprivate func run(_ started: ThreadStart) {
    thread = pthread_self()
    weft_name_thread(name)
    sem_post(started.semaphore)
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventsPerTurnMax)
    defer { events.deallocate() }
    while isRunning { turn(events) }
    // Closures may keep this loop alive in a cycle; nothing of it runs any more.
    local = []
    ending = []
    pollables = []
    timers.removeAll()
    remote.withLock { $0.items = [] }
  }

  private func turn(_ events: UnsafeMutablePointer<epoll_event>) {
    let count = epoll_wait(epoll, events, Int32(Self.eventsPerTurnMax), pollTimeout())
    now = .now()
    for index in 0..<Int(max(0, count)) {
      dispatch(events[index].data.fd, events[index].events)
    }
    var fired = 0
    while fired < Self.jobsPerTurnMax, let timer = timers.popExpired(now) {
      fired += 1
      let body = timer.body
      timer.body = nil
      body?()
    }
    takeRemote()
    runJobs()
    endTurn()
  }

  /// Milliseconds to wait: none when there is work, for ever when there is no timer.
  private func pollTimeout() -> Int32 {
    if localHead < local.count || !ending.isEmpty { return 0 }
    guard let earliest = timers.earliest else { return -1 }
    let nanoseconds = earliest.nanoseconds - MonotonicInstant.now().nanoseconds
    // Rounded up: a timer never fires early, and the loop does not spin for its last millisecond.
    return nanoseconds <= 0 ? 0 : Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
  }

  private func dispatch(_ descriptor: Int32, _ events: UInt32) {
    if descriptor == wake {
      var value: UInt64 = 0
      _ = read(wake, &value, 8)
      return
    }
    // A descriptor closed and opened again within the batch gets a spurious event, which a non-blocking read shrugs off.
    guard let pollable = pollables[Int(descriptor)] else { return }
    let failed = events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
    pollable.ready(
      readable: failed || events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0,
      writable: failed || events & EPOLLOUT.rawValue != 0,
      failed: failed)
  }

  private func takeRemote() {
    let items = remote.withLock { remote -> [Item] in
      guard !remote.items.isEmpty else { return [] }
      let items = remote.items
      remote.items = []
      return items
    }
    if !items.isEmpty { local.append(contentsOf: items) }
  }

  private func runJobs() {
    var left = Self.jobsPerTurnMax
    while localHead < local.count, left > 0 {
      let item = local[localHead]
      localHead += 1
      left -= 1
      switch item {
      case .job(let job):
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      case .work(let work):
        work()
      }
    }
    if localHead == local.count {
      localHead = 0
      local.removeAll(keepingCapacity: local.capacity <= 1024)
    } else if localHead > 4096 {
      local.removeFirst(localHead)
      localHead = 0
    }
  }

  private func endTurn() {
    guard !ending.isEmpty else { return }
    let now = ending
    ending = []
    for ender in now { ender.turnEnds() }
    if ending.isEmpty {
      // Give the array back its storage instead of growing a new one every turn.
      ending = now
      ending.removeAll(keepingCapacity: now.count <= 1024)
    }
  }

  private func wakeUp() {
    var one: UInt64 = 1
    _ = write(wake, &one, 8)
  }

  /// Ends the thread after the current turn; what is queued is dropped. Connections must be closed before.
  func stop() {
    execute { [self] in
      remote.withLock { $0.isStopped = true }
      isRunning = false
    }
  }
}

/// Hands a new thread its loop and tells the starter when the thread knows itself.
private final class ThreadStart {
  let loop: EventLoop
  let semaphore: UnsafeMutablePointer<sem_t>

  init(loop: EventLoop) {
    self.loop = loop
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func run() { loop.run(self) }
}

private func eventLoopMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
