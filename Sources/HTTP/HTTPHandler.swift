/// Where requests go: one for a server, shared by all its loops.
public protocol HTTPHandler: Sendable {
  /// A request's head is complete. Called on the stream's loop, never inside an nghttp2 callback, so anything may be called
  /// on `stream` at once, also `respond`. What is returned is kept until the stream closed.
  func accept(_ stream: HTTPStream) -> any HTTPStreamOwner
}

/// Who owns a stream, on a server or a client. Everything is called on the stream's loop, outside of parsers and callbacks.
public protocol HTTPStreamOwner: AnyObject {
  /// `inbound` grew, `inboundEnded` became true (then `inboundTrailers` are there), or on a client `response` came.
  /// Called once right after `accept` if something is there already.
  func streamChanged(_ stream: HTTPStream)
  /// `outboundCount` fell below the low-water mark after having been above the high one: send more.
  func streamWritable(_ stream: HTTPStream)
  /// The peer owes body bytes and has sent none for `inboundIdleTimeout`.
  ///
  /// - Returns: Whether it was answered; if not, the connection does what it does: 408 on HTTP/1.1, RST_STREAM on HTTP/2.
  func streamStalled(_ stream: HTTPStream) -> Bool
  /// The last call, exactly once. What is sent from now on goes nowhere. `inbound` may still be read.
  func streamClosed(_ stream: HTTPStream, _ reason: HTTPCloseReason)
}

extension HTTPStreamOwner {
  public func streamStalled(_ stream: HTTPStream) -> Bool { false }
}

/// Why a stream ended.
public enum HTTPCloseReason: Sendable, Equatable {
  /// Both directions ended as they should.
  case finished
  /// RST_STREAM with this code (RFC 9113, 7), by either side. On HTTP/1.1: CANCEL when we gave up.
  case reset(UInt32)
  /// The connection is gone.
  case connectionLost

  /// The peer says that it did not process the request (REFUSED_STREAM): it may safely be sent again.
  public var isRetryable: Bool { self == .reset(HTTPErrorCode.refusedStream) }
}

/// Error codes of RFC 9113, section 7.
public enum HTTPErrorCode {
  public static let noError: UInt32 = 0
  public static let protocolError: UInt32 = 1
  public static let internalError: UInt32 = 2
  public static let flowControlError: UInt32 = 3
  public static let streamClosed: UInt32 = 5
  public static let refusedStream: UInt32 = 7
  public static let cancel: UInt32 = 8
  public static let enhanceYourCalm: UInt32 = 11
}
