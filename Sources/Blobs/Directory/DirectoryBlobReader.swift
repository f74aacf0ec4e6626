internal import Glibc
internal import Platform
internal import Synchronization

/// Reads an object from the directory, a piece ahead of its caller.
final class DirectoryBlobReader: BlobReader {
  static let pieceBytes = 256 << 10

  private typealias Piece = Result<[UInt8]?, BlobError>

  private struct State {
    var position: Int64
    /// Read and not yet asked for.
    var ready: Piece?
    var isReading = false
    var isCancelled = false
    var waiter: UnsafeContinuation<Piece, Never>?
  }

  let size: Int64
  private let end: Int64
  private let file: DirectoryTree.Descriptor
  private let pool: WorkerPool<Void>
  private let state: Mutex<State>

  /// - Parameter range: Within the file.
  init(_ file: DirectoryTree.Descriptor, size: Int64, range: Range<Int64>, pool: WorkerPool<Void>) {
    self.size = size
    self.file = file
    self.pool = pool
    end = range.upperBound
    state = Mutex(State(position: range.lowerBound))
  }

  func next() async throws(BlobError) -> [UInt8]? {
    let piece = await withUnsafeContinuation { (waiter: UnsafeContinuation<Piece, Never>) in
      let (piece, reads) = state.withLock { state -> (Piece?, Bool) in
        if state.isCancelled { return (.failure(.cancelled), false) }
        let piece = state.ready
        state.ready = nil
        if piece == nil {
          precondition(state.waiter == nil, "two callers read one object")
          state.waiter = waiter
        }
        return (piece, begin(&state))
      }
      if reads { askForThread() }
      if let piece { waiter.resume(returning: piece) }
    }
    return try piece.get()
  }

  func cancel() {
    let waiter = state.withLock { state in
      state.isCancelled = true
      state.ready = nil
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: .failure(.cancelled))
  }

  /// Begins to read before the first `next`.
  func readAhead() {
    if state.withLock({ begin(&$0) }) { askForThread() }
  }

  private func begin(_ state: inout State) -> Bool {
    guard !state.isReading, state.ready == nil, !state.isCancelled else { return false }
    state.isReading = true
    return true
  }

  private func askForThread() {
    pool.submit({ [self] _ in deliver(read()) }, orElse: { [self] in deliver(.failure(BlobError($0))) })
  }

  /// The piece at the position; blocks.
  private func read() -> Piece {
    let position = state.withLock { $0.position }
    guard position < end else { return .success(nil) }
    let wanted = Int(min(Int64(Self.pieceBytes), end - position))
    var failure: BlobError?
    let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        let count = pread(file.number, buffer.baseAddress.map { $0 + filled }, wanted - filled, Int(position) + filled)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = DirectoryTree.error("cannot read a file") }
        if count == 0 { failure = .failed("a file is shorter than it was") }
        guard count > 0 else { return }
        filled += count
      }
    }
    if let failure { return .failure(failure) }
    return .success(piece)
  }

  private func deliver(_ piece: Piece) {
    let (waiter, reads) = state.withLock { state -> (UnsafeContinuation<Piece, Never>?, Bool) in
      state.isReading = false
      if state.isCancelled { return (nil, false) }
      if case .success(let bytes?) = piece { state.position += Int64(bytes.count) }
      guard let waiter = state.waiter else {
        state.ready = piece
        return (nil, false)
      }
      state.waiter = nil
      // Neither the end nor a failure has anything behind it.
      guard case .success(_?) = piece else { return (waiter, false) }
      return (waiter, begin(&state))
    }
    if reads { askForThread() }
    waiter?.resume(returning: piece)
  }
}
