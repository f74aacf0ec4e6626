/// The requests of a call in this process that its handler has not read yet. Confined to the loop of its call.
final class InProcessRequests {
  /// A sender pauses while more bytes than this wait, and goes on when they are at most half.
  private static let queuedBytesMax = 256 * 1024

  private var requests: [[UInt8]] = []
  private var queuedBytes = 0
  private var sender: UnsafeContinuation<Void, Never>?
  /// There are no more.
  var hasEnded = false

  var isFull: Bool { queuedBytes > Self.queuedBytesMax }

  func append(_ request: [UInt8]) {
    queuedBytes += request.count
    requests.append(request)
  }

  func take() -> [UInt8]? {
    guard !requests.isEmpty else { return nil }
    let request = requests.removeFirst()
    queuedBytes -= request.count
    if queuedBytes <= Self.queuedBytesMax / 2 { wakeSender() }
    return request
  }

  /// Nobody reads any more.
  func clear() {
    requests = []
    queuedBytes = 0
    wakeSender()
  }

  /// Suspends until the queue is half empty, or cleared.
  nonisolated(nonsending) func waitForRoom() async {
    precondition(sender == nil, "two tasks send the requests of one call")
    await withUnsafeContinuation { continuation in
      if isFull { sender = continuation } else { continuation.resume() }
    }
  }

  private func wakeSender() {
    guard let sender else { return }
    self.sender = nil
    sender.resume()
  }
}
