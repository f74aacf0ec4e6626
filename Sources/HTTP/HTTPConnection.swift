internal import Net

/// What a stream asks of its connection. HTTP/1.1 and HTTP/2 answer each in its way; both are confined to one loop.
class HTTPConnection {
  func sendHead(_ stream: HTTPStream, _ head: ResponseHead, end: Bool) { preconditionFailure("a subclass answers") }
  func sendHead(_ stream: HTTPStream, _ table: HeaderTable, end: Bool) { preconditionFailure("a subclass answers") }
  /// `outbound` grew or `isOutboundFinished` became true.
  func outboundGrew(_ stream: HTTPStream) { preconditionFailure("a subclass answers") }
  func consumed(_ stream: HTTPStream, _ count: Int) { preconditionFailure("a subclass answers") }
  func sendContinue(_ stream: HTTPStream) {}
  func reset(_ stream: HTTPStream, _ code: UInt32) { preconditionFailure("a subclass answers") }
  /// Closed, its owner told, its handler ended: its slot is free.
  func streamIsDone(_ stream: HTTPStream) { preconditionFailure("a subclass answers") }
}
