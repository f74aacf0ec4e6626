internal import Platform
internal import Synchronization

/// Writes an object into the directory while more of it comes in.
///
/// Bytes gather in one buffer while a thread hashes and writes the other. A thread takes what is there once and then stands in
/// line again, so a long object does not keep it from others.
final class DirectoryBlobWriter: BlobWriter {
  /// A thread is asked for when so much has come.
  private static let batchBytes = 128 << 10
  /// The caller waits while more has come than this and no thread has taken it.
  private static let waitingBytesMax = 256 << 10
  /// What is taken of the caller's bytes at a time; with it the buffers have at most 1 MiB together.
  private static let sliceBytes = 256 << 10

  private enum Ending { case none, finishing, cancelling, ended }

  private struct State {
    var gathered: [UInt8] = []
    /// The other buffer, while no thread has it.
    var spare: [UInt8] = []
    /// A thread is at work or asked for.
    var isAtWork = false
    var failure: BlobError?
    var ending = Ending.none
    var waiter: UnsafeContinuation<Void, Never>?
    var ender: UnsafeContinuation<Result<BlobSummary, BlobError>, Never>?
  }

  private let file: PartFile
  private let pool: WorkerPool<Void>
  private let state = Mutex(State())

  init(_ file: PartFile, pool: WorkerPool<Void>) {
    self.file = file
    self.pool = pool
  }

  deinit {
    // Work under way holds the writer, so nobody is at the file now.
    guard state.withLock({ $0.ending != .ended && $0.failure == nil }) else { return }
    // Where the threads take nothing, removing it here is the lesser evil.
    pool.submit({ [file] _ in file.remove() }, orElse: { [file] _ in file.remove() })
  }

  func write(_ bytes: [UInt8]) async throws(BlobError) {
    var start = 0
    while start < bytes.count {
      let end = min(start + Self.sliceBytes, bytes.count)
      try take(bytes[start..<end])
      start = end
      await hasRoom()
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  func finish() async throws(BlobError) -> BlobSummary { try await end(.finishing).get() }

  func cancel() async { _ = await end(.cancelling) }

  private func take(_ bytes: ArraySlice<UInt8>) throws(BlobError) {
    let outcome = state.withLock { state -> (failure: BlobError?, needsThread: Bool) in
      if let failure = state.failure { return (failure, false) }
      if state.ending != .none { return (.cancelled, false) }
      state.gathered.append(contentsOf: bytes)
      guard !state.isAtWork, state.gathered.count >= Self.batchBytes else { return (nil, false) }
      state.isAtWork = true
      return (nil, true)
    }
    if let failure = outcome.failure { throw failure }
    if outcome.needsThread { askForThread() }
  }

  /// Waits until a thread has taken enough.
  private func hasRoom() async {
    guard state.withLock({ $0.isAtWork && $0.gathered.count > Self.waitingBytesMax }) else { return }
    // Unsafe: resumed exactly once, here or by `letOn`, which takes it out of the state.
    await withUnsafeContinuation { (waiter: UnsafeContinuation<Void, Never>) in
      let mayGoOn = state.withLock { state in
        if !state.isAtWork || state.gathered.count <= Self.waitingBytesMax { return true }
        precondition(state.waiter == nil, "two callers write one object")
        state.waiter = waiter
        return false
      }
      if mayGoOn { waiter.resume() }
    }
  }

  private func end(_ ending: Ending) async -> Result<BlobSummary, BlobError> {
    await withUnsafeContinuation { (ender: UnsafeContinuation<Result<BlobSummary, BlobError>, Never>) in
      let (answer, needsThread) = state.withLock { state -> (BlobError?, Bool) in
        if let failure = state.failure { return (failure, false) }
        if state.ending != .none { return (.cancelled, false) }
        state.ending = ending
        state.ender = ender
        defer { state.isAtWork = true }
        return (nil, !state.isAtWork)
      }
      if let answer { return ender.resume(returning: .failure(answer)) }
      if needsThread { askForThread() }
    }
  }

  private func askForThread() {
    pool.submit({ [self] _ in work() }, orElse: { [self] in fail(BlobError($0)) })
  }

  /// One turn of a thread.
  private func work() {
    let (ending, bytes) = state.withLock { state -> (Ending, [UInt8]) in
      if state.ending == .cancelling { return (.cancelling, []) }
      let bytes = state.gathered
      state.gathered = state.spare
      state.spare = []
      return (state.ending, bytes)
    }
    letOn()
    do throws(BlobError) {
      if ending == .cancelling {
        file.remove()
        return end(.failure(.cancelled))
      }
      try file.append(bytes)
      if ending == .finishing { return end(.success(try file.finish())) }
    } catch {
      return fail(error)
    }
    rest(bytes)
  }

  /// Gives the buffer back; stands in line again if there is more to do.
  private func rest(_ buffer: consuming [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    let emptied = buffer
    let isMoreToDo = state.withLock { state in
      state.spare = emptied
      state.isAtWork = state.ending != .none || state.gathered.count >= Self.batchBytes
      return state.isAtWork
    }
    if isMoreToDo { askForThread() }
  }

  private func letOn() {
    state.withLock { state in
      defer { state.waiter = nil }
      return state.waiter
    }?.resume()
  }

  private func end(_ result: Result<BlobSummary, BlobError>) {
    let ender = state.withLock { state in
      state.ending = .ended
      state.isAtWork = false
      defer { state.ender = nil }
      return state.ender
    }
    letOn()
    ender?.resume(returning: result)
  }

  /// Removes what there is; everything else throws from now on.
  private func fail(_ error: BlobError) {
    file.remove()
    let ender = state.withLock { state in
      state.failure = error
      state.isAtWork = false
      state.gathered = []
      state.spare = []
      defer { state.ender = nil }
      return state.ender
    }
    letOn()
    ender?.resume(returning: .failure(error))
  }
}
