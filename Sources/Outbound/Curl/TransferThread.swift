internal import CCurl
internal import Platform
internal import Synchronization

/// The one thread that moves all HTTP that goes out, with `curl_multi_poll`.
///
/// Transfers come in through `submit`; those beyond the limits wait here, where their deadlines hold. What curl itself would
/// let wait it would not time out.
final class TransferThread: @unchecked Sendable {  // what two threads use is in `shared`; the rest is the thread's own
  private struct Shared {
    var arrived: [Transfer] = []
    /// Submitted and not yet answered.
    var count = 0
    /// Set by `close`: when transfers under way are broken off.
    var endsAt: MonotonicInstant?
    var isEnded = false
    var waiters: [UnsafeContinuation<Void, Never>] = []
  }

  private let options: OutboundOptions
  private let shared = Mutex(Shared())
  /// Freed by the thread as its last act, under `shared`'s lock, so that nobody wakes what is gone.
  private let multi: UnsafeMutableRawPointer

  // The thread's own.
  private var waiting: [Transfer] = []
  private var active: [UnsafeMutableRawPointer: Transfer] = [:]
  private var activeOfHost: [String: Int] = [:]

  init(options: OutboundOptions) {
    self.options = options
    guard let multi = curl_multi_init() else { preconditionFailure("no memory for libcurl") }
    self.multi = multi
    weft_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.idleConnectionsMax)
    WorkerThread.start(name: "outbound") { [self] in run() }
  }

  /// Takes a transfer over, or answers it at once if it cannot.
  func submit(_ transfer: Transfer) {
    let refusal: OutboundError? = shared.withLock { shared in
      guard shared.endsAt == nil else { return .closed }
      guard shared.count < options.transfersMax else { return .overloaded }
      shared.count += 1
      shared.arrived.append(transfer)
      curl_multi_wakeup(multi)
      return nil
    }
    if let refusal { transfer.answer(.failure(refusal)) }
  }

  /// Has cancelled transfers looked for.
  func wake() {
    shared.withLock { shared in
      if !shared.isEnded { curl_multi_wakeup(multi) }
    }
  }

  /// Refuses what waits, gives what is under way `grace`, and returns when the thread has let go of everything.
  func close(grace: Duration) async {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let isEnded = shared.withLock { shared in
        if shared.isEnded { return true }
        shared.waiters.append(continuation)
        shared.endsAt = min(shared.endsAt ?? .never, .now() + grace)
        curl_multi_wakeup(multi)
        return false
      }
      if isEnded { continuation.resume() }
    }
  }

  private func run() {
    var isOpen = true
    while isOpen {
      let endsAt = shared.withLock { shared in
        waiting += shared.arrived
        shared.arrived.removeAll()
        return shared.endsAt
      }
      isOpen = turn(endsAt: endsAt)
    }
    let waiters = shared.withLock { shared in
      curl_multi_cleanup(multi)
      shared.isEnded = true
      return shared.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// One turn: start, move, finish, sleep. Returns whether there is to be another.
  private func turn(endsAt: MonotonicInstant?) -> Bool {
    sendAway(endsAt: endsAt)
    start()
    for transfer in active.values { transfer.resumeIfWanted() }
    var running: Int32 = 0
    curl_multi_perform(multi, &running)
    if finish() > 0 { return true }
    if endsAt != nil && active.isEmpty { return false }
    let now = MonotonicInstant.now()
    let wake = waiting.map { $0.wakesAt(now) }.min() ?? .never
    let sleep = min(endsAt ?? .never, min(wake, now + .seconds(600))) - now
    // Curl wakes by itself for sockets and its own timers.
    curl_multi_poll(multi, nil, 0, Int32(max(0, sleep.wholeNanoseconds / 1_000_000 + 1)), nil)
    return true
  }

  /// Answers those that were cancelled, came too late for a start, or are in the way of an end.
  private func sendAway(endsAt: MonotonicInstant?) {
    let now = MonotonicInstant.now()
    waiting.removeAll { transfer in
      guard
        let failure = transfer.isCancelled ? OutboundError.cancelled : endsAt != nil ? .closed : transfer.deadline <= now ? .timeout : nil
      else { return false }
      answer(transfer, .failure(failure))
      return true
    }
    let isOver = endsAt.map { $0 <= now } ?? false
    for (handle, transfer) in active where isOver || transfer.isCancelled {
      release(handle, transfer)
      answer(transfer, .failure(transfer.isCancelled ? .cancelled : .closed))
    }
  }

  /// Starts what the limits allow, first come first served within a host.
  private func start() {
    guard !waiting.isEmpty else { return }
    var left: [Transfer] = []
    let now = MonotonicInstant.now()
    for transfer in waiting {
      guard transfer.startsAt <= now, active.count < options.activeMax,
        activeOfHost[transfer.hostKey, default: 0] < options.activePerHostMax
      else {
        left.append(transfer)
        continue
      }
      guard let handle = transfer.begin(options), curl_multi_add_handle(multi, handle) == CURLM_OK else {
        answer(transfer, .failure(.unreachable("libcurl has no memory for a transfer")))
        continue
      }
      active[handle] = transfer
      activeOfHost[transfer.hostKey, default: 0] += 1
    }
    waiting = left
  }

  /// Answers what curl is done with; returns how many.
  private func finish() -> Int {
    var done: [(UnsafeMutableRawPointer, CURLcode)] = []
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      if message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle {
        done.append((handle, message.pointee.data.result))
      }
    }
    for (handle, code) in done {
      guard let transfer = active[handle] else { continue }
      let result = transfer.result(code)
      release(handle, transfer)
      if transfer.beginsAgain(after: result) { waiting.append(transfer) } else { answer(transfer, result) }
    }
    return done.count
  }

  private func release(_ handle: UnsafeMutableRawPointer, _ transfer: Transfer) {
    curl_multi_remove_handle(multi, handle)
    active[handle] = nil
    let count = activeOfHost[transfer.hostKey, default: 1] - 1
    activeOfHost[transfer.hostKey] = count > 0 ? count : nil
  }

  private func answer(_ transfer: Transfer, _ answer: Transfer.Answer) {
    shared.withLock { $0.count -= 1 }
    transfer.answer(answer)
  }
}
