internal import Outbound

/// Reads an object from the bucket; what comes ahead of the reader is bounded by the answer's buffer.
final class S3BlobReader: BlobReader {
  let size: Int64
  /// Nil where there is nothing to read.
  private let answer: OutboundStream?

  init(size: Int64, answer: OutboundStream?) {
    self.size = size
    self.answer = answer
  }

  func next() async throws(BlobError) -> [UInt8]? {
    guard let answer else { return nil }
    do { return try await answer.next() } catch { throw BlobError(error) }
  }

  func cancel() { answer?.cancel() }
}
