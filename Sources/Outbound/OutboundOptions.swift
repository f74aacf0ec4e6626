/// The limits of everything that goes out.
public struct OutboundOptions: Sendable {
  /// Requests under way at once, over all hosts.
  public var activeMax = 64
  /// Requests under way at once to one host and port.
  public var activePerHostMax = 8
  /// Mails under way at once, each on a thread of its own.
  public var mailsMax = 8
  /// After how long without mail the connection to a mail server is ended.
  public var mailIdleMax = Duration.seconds(30)
  /// Requests waiting or under way, and mails waiting; the next one is refused with `.overloaded`.
  public var transfersMax = 1024
  /// How long a connection may take to come about, TLS included.
  public var connectTimeout = Duration.seconds(10)
  /// Connections kept open for later calls.
  public var idleConnectionsMax = 16
  /// What the header fields of one answer may have together.
  public var headerBytesMax = 64 * 1024
  /// A PEM file of certificates to trust beside the system's; nil for those alone.
  public var authorityFile: String?

  public init() {}
}
