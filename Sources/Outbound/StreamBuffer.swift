internal import Synchronization

/// What has come of an answer's body and has not been read, between curl's thread and the reader.
final class StreamBuffer: Sendable {
  /// Curl pauses where more than this would wait.
  static let bytesMax = 256 << 10

  typealias Head = Result<(status: Int, headers: [(name: String, value: String)]), OutboundError>
  typealias Piece = Result<[UInt8]?, OutboundError>

  private struct State {
    var head: Head?
    var bytes: [UInt8] = []
    var isPaused = false
    /// The reader made room since curl paused.
    var hasRoomAgain = false
    /// Nil as its failure: the body is whole.
    var end: Result<Void, OutboundError>?
    var headWaiter: UnsafeContinuation<Head, Never>?
    var reader: UnsafeContinuation<Piece, Never>?
  }
  private let state = Mutex(State())

  // MARK: Curl's thread

  func setHead(_ status: Int, _ headers: [(name: String, value: String)]) {
    let waiter = state.withLock { state -> UnsafeContinuation<Head, Never>? in
      guard state.head == nil else { return nil }
      state.head = .success((status, headers))
      defer { state.headWaiter = nil }
      return state.headWaiter
    }
    waiter?.resume(returning: .success((status, headers)))
  }

  /// - Returns: False if there is no room now: the same bytes come again after a pause.
  func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let (isTaken, reader) = state.withLock { state -> (Bool, UnsafeContinuation<Piece, Never>?) in
      if let reader = state.reader {
        state.reader = nil
        return (true, reader)
      }
      guard state.bytes.count + bytes.count <= Self.bytesMax || state.bytes.isEmpty else {
        state.isPaused = true
        return (false, nil)
      }
      state.bytes.append(contentsOf: bytes)
      return (true, nil)
    }
    reader?.resume(returning: .success(Array(bytes)))
    return isTaken
  }

  /// Whether a paused body may go on; says so once.
  func takeResumption() -> Bool {
    state.withLock { state in
      guard state.isPaused, state.hasRoomAgain else { return false }
      state.isPaused = false
      state.hasRoomAgain = false
      return true
    }
  }

  /// The transfer's end, or the reader's wish to hear no more.
  func end(_ answer: Result<OutboundResponse, OutboundError>) {
    let end = answer.map { _ in }
    let (headWaiter, head, reader, piece) = state.withLock { state in
      if state.end == nil { state.end = end }
      if case .failure(.cancelled) = end { state.bytes = [] }
      if state.head == nil { state.head = answer.map { ($0.status, $0.headers) } }
      defer {
        state.headWaiter = nil
        state.reader = nil
      }
      let piece: Piece = end.map { nil }
      return (state.headWaiter, state.head, state.reader, piece)
    }
    if let head { headWaiter?.resume(returning: head) }
    reader?.resume(returning: piece)
  }

  // MARK: The reader

  func head() async -> Head {
    // Unsafe: resumed exactly once, here or by whoever takes it out of the state.
    await withUnsafeContinuation { waiter in
      let head = state.withLock { state in
        if state.head == nil { state.headWaiter = waiter }
        return state.head
      }
      if let head { waiter.resume(returning: head) }
    }
  }

  /// What there is; waits for something.
  ///
  /// - Returns: And whether curl, which paused, may go on.
  func next() async -> (Piece, mayGoOn: Bool) {
    var mayGoOn = false
    let piece = await withUnsafeContinuation { (waiter: UnsafeContinuation<Piece, Never>) in
      let piece = state.withLock { state -> Piece? in
        if !state.bytes.isEmpty {
          let bytes = state.bytes
          state.bytes = []
          state.hasRoomAgain = state.isPaused
          mayGoOn = state.isPaused
          return .success(bytes)
        }
        if let end = state.end { return end.map { nil } }
        precondition(state.reader == nil, "two readers of one answer")
        state.reader = waiter
        return nil
      }
      if let piece { waiter.resume(returning: piece) }
    }
    return (piece, mayGoOn)
  }
}
