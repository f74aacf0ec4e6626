import Glibc
import Platform

/// The requests of a call, one JSON value after another: of a text, or of standard input as they come.
///
/// Owned by the one task that asks for them.
final class RequestSource {
  private var splitter = JSONSplitter()
  private var isAtEnd = false
  /// Reads standard input, which may block for as long as nobody types; nil for a text.
  private let reader: WorkerPool<Void>?

  /// - Parameter text: JSON values; nil: standard input.
  init(_ text: String?) throws(JSONSplitter.TooLarge) {
    reader =
      if text == nil {
        WorkerPool(options: .init(name: "stdin", threads: 1, queueMax: 1)) { _ in }
      } else {
        nil
      }
    guard let text else { return }
    try splitter.feed(text.utf8)
    splitter.finish()
    isAtEnd = true
  }

  /// The next value; nil after the last.
  func next() async throws -> [UInt8]? {
    while true {
      if let value = splitter.next() { return value }
      guard !isAtEnd, let reader else { return nil }
      let bytes = try await reader.run { _ in Self.readInput() }
      if bytes.isEmpty {
        isAtEnd = true
        splitter.finish()
      } else {
        try splitter.feed(bytes)
      }
    }
  }

  /// What is there of standard input, at least one byte; empty at its end.
  private static func readInput() -> [UInt8] {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, initialized in
      repeat { count = read(STDIN_FILENO, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
      initialized = max(0, count)
    }
    return bytes
  }
}
