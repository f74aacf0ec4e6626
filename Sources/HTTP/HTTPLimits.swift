/// Every bound of a server's connections. The defaults hold for `weft serve`; sums that belong together are checked by `validate`.
public struct HTTPLimits: Sendable {
  // MARK: Counts

  /// Connections open at once; one more is told so (503, or GOAWAY) and closed.
  public var connectionsMax = 10_000
  /// Streams open at once on one HTTP/2 connection, counting those that were reset but whose handler still runs. SETTINGS_MAX_CONCURRENT_STREAMS.
  public var streamsMax = 256

  // MARK: Sizes, in bytes

  /// An HTTP/1.1 request line (longer: 414) without its line end.
  public var requestLineBytesMax = 8 * 1024
  /// All fields of a head, counted as RFC 9113 6.5.2 does (more: 431). SETTINGS_MAX_HEADER_LIST_SIZE.
  public var headerBytesMax = 16 * 1024
  /// Fields of a head (more: 431).
  public var headerFieldsMax = 100
  /// Flow-control window of one stream: what may lie unread in `HTTPStream.inbound`.
  public var streamWindow = 256 * 1024
  /// Flow-control window of a connection: what may lie unread in all its streams together.
  public var connectionWindow = 1024 * 1024
  /// Nothing more is taken from the streams while so much is unsent on a connection.
  public var unsentBytesMax = 256 * 1024
  /// HTTP/1.1 stops reading the socket while so much is unread.
  public var http1InboundBytesMax = 64 * 1024

  // MARK: Times

  /// From the accepted socket to the end of the TLS handshake.
  public var handshakeTimeout = Duration.seconds(10)
  /// From the first byte (or the accepted socket) to a complete request head or HTTP/2 preface.
  public var headTimeout = Duration.seconds(10)
  /// An HTTP/1.1 connection without a request is closed after so long.
  public var keepAliveTimeout = Duration.seconds(75)
  /// An HTTP/2 connection without a stream is closed, by GOAWAY, after so long.
  public var idleTimeout = Duration.seconds(600)
  /// A peer that takes nothing of what is to be sent for so long loses its connection.
  public var writeStallTimeout = Duration.seconds(30)
  /// An HTTP/2 peer that gives a stream no window for so long while data waits loses the stream.
  public var streamStallTimeout = Duration.seconds(120)
  /// HTTP/1.1: a body of which nothing came for so long is answered 408 and the connection closed.
  public var bodyIdleTimeout = Duration.seconds(30)
  /// How long a connection that is ending is still read while nothing comes, so that the answer is not lost in a reset …
  public var lingerTimeout = Duration.seconds(2)
  /// … and how long, and how far, where a client was answered before it has sent its whole body and goes on sending. HTTP/2 holds streams to the same
  /// that say so (`HTTPStream.drainsAfterAnswer`).
  public var lingerTimeMax = Duration.seconds(30)
  public var lingerBytesMax = 256 * 1024 * 1024

  /// Draining HTTP/2: how long the answer to the PING behind the first GOAWAY is waited for before the final one is sent.
  public var goAwayTimeout = Duration.seconds(1)

  // MARK: The abuse budget (see `AbuseBudget`)

  /// Events of the kinds of `AbuseKind` that a connection may cause at once …
  public var abuseBurst = 1000
  /// … and for good, a second. Beyond: GOAWAY(ENHANCE_YOUR_CALM).
  public var abusePerSecond = 50

  public init() {}

  /// The shortest of the times: how often connections are looked at.
  var tick: Duration {
    let shortest = [
      handshakeTimeout, headTimeout, keepAliveTimeout, idleTimeout, writeStallTimeout, streamStallTimeout, bodyIdleTimeout, lingerTimeout,
      goAwayTimeout,
    ].reduce(Duration.seconds(5), min)
    return max(.milliseconds(10), shortest / 2)
  }

  /// What must hold between the bounds.
  func validate() {
    precondition(connectionsMax > 0 && streamsMax > 0 && headerFieldsMax > 0 && abuseBurst > 0 && abusePerSecond > 0)
    precondition(streamWindow >= 65_535 && connectionWindow >= streamWindow, "a stream's window must fit in its connection's")
    precondition(headerBytesMax <= 64 * 1024, "nghttp2 takes no header block beyond 64 KiB")
    precondition(unsentBytesMax >= 64 * 1024 && http1InboundBytesMax >= 16 * 1024)
  }
}
