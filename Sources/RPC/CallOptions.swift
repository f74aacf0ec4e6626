/// What a client says about one call besides its request.
public struct CallOptions: Sendable {
  /// How long the answer may take; nil: the client's default. Sent along as `grpc-timeout`.
  public var timeout: Duration?
  /// What travels with the request.
  public var metadata: Metadata
  /// Wait, up to the deadline, while there is no connection, instead of failing with UNAVAILABLE at once.
  public var waitForReady: Bool
  /// Ceiling of one reply message in bytes; nil: the client's default.
  public var replyBytesMax: Int?
  /// Send requests compressed with gzip. Replies are unpacked either way.
  public var compresses: Bool

  public init(
    timeout: Duration? = nil, metadata: Metadata = Metadata(), waitForReady: Bool = false, replyBytesMax: Int? = nil,
    compresses: Bool = false
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.waitForReady = waitForReady
    self.replyBytesMax = replyBytesMax
    self.compresses = compresses
  }
}
