/// Where a writer's bytes go: gathered into chunks, counted against a limit.
final class OutputBuffer {
  static let chunkBytes = 64 << 10

  private let sink: ([UInt8]) throws -> Void
  private let bytesMax: Int
  private var chunk: [UInt8] = []
  private(set) var bytes = 0
  /// What ended the writing, for callers that can report no error themselves.
  private(set) var failure: (any Error)?

  init(bytesMax: Int, sink: @escaping ([UInt8]) throws -> Void) {
    self.bytesMax = bytesMax
    self.sink = sink
    chunk.reserveCapacity(Self.chunkBytes)
  }

  func append(_ part: some Collection<UInt8>) throws {
    if let failure { throw failure }
    bytes += part.count
    do {
      guard bytes <= bytesMax else { throw TypesettingError.tooComplex(.outputBytes, limit: bytesMax) }
      chunk.append(contentsOf: part)
      if chunk.count >= Self.chunkBytes { try flush() }
    } catch {
      failure = error
      throw error
    }
  }

  /// Hands over what is left.
  func flush() throws {
    guard !chunk.isEmpty else { return }
    try sink(chunk)
    chunk.removeAll(keepingCapacity: true)
  }
}
