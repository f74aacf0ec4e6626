internal import Glibc

/// A lock with a condition to wait for, on the monotonic clock.
///
/// `Synchronization.Mutex` has nothing to wait on, and a semaphore cannot wait for "work or closed or late".
final class Monitor: @unchecked Sendable {  // both pointers are set once and point to objects made for sharing between threads
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }
  func signal() { pthread_cond_signal(condition) }
  func broadcast() { pthread_cond_broadcast(condition) }

  /// Gives the lock up, waits for a signal and takes the lock again. May return without a signal.
  func wait() { pthread_cond_wait(condition, mutex) }

  /// The same, but not beyond `deadline`.
  func wait(until deadline: MonotonicInstant) {
    if deadline == .never { return wait() }
    var time = deadline.systemTime
    pthread_cond_timedwait(condition, mutex, &time)
  }
}
