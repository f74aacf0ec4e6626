import HTTP

/// Owns a stream that was answered without becoming a call; what still comes is dropped.
final class RefusedStream: HTTPStreamOwner {
  func streamChanged(_ stream: HTTPStream) {
    stream.consume(stream.inbound.count)
  }

  func streamWritable(_ stream: HTTPStream) {}

  func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason) {}
}
