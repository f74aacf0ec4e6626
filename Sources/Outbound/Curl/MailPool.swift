internal import Platform
internal import Synchronization

/// The threads that send mail, one mail each at a time.
///
/// libcurl 7.88 blocks in SMTP where it waits for the reply to the message and to QUIT: on one thread beside everything else, a
/// mail server that is slow there would hold up all mail and all HTTP. Here it holds up one thread.
final class MailPool: Sendable {
  private let pool: WorkerPool<MailConnection>
  private let endsAt = SharedInstant()

  init(options: OutboundOptions) {
    pool = WorkerPool(
      options: .init(
        name: "mail", threads: options.mailsMax, queueMax: options.transfersMax, waitMax: .seconds(600), idleAfter: options.mailIdleMax),
      makeContext: { _ in MailConnection(options: options) }, onIdle: { $0.close() })
  }

  func send(_ mail: OutboundMail) async -> OutboundError? {
    let transfer = MailTransfer(mail, endsAt: endsAt)
    let handle = WaitHandle()
    return await withTaskCancellationHandler {
      do throws(WaitFailure) {
        return try await pool.run(deadline: transfer.deadline, handle: handle) { $0.send(transfer) }
      } catch {
        switch error {
        case .overloaded: return .overloaded
        case .deadline: return .timeout
        case .cancelled: return .cancelled
        case .closed: return .closed
        }
      }
    } onCancel: {
      transfer.cancel()
      handle.cancel()
    }
  }

  /// Gives what is under way `grace`, refuses what waits after it, and returns when the threads have ended.
  func close(grace: Duration) async {
    endsAt.value = min(endsAt.value, .now() + grace)
    await pool.close()
  }
}

/// A point in time that one thread sets and others look at.
final class SharedInstant: Sendable {
  private let nanoseconds = Atomic<Int64>(.max)

  var value: MonotonicInstant {
    get { MonotonicInstant(nanoseconds: nanoseconds.load(ordering: .acquiring)) }
    set { nanoseconds.store(newValue.nanoseconds, ordering: .releasing) }
  }
}
