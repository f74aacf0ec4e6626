/// The limits of everything that goes out.
public struct OutboundOptions: Sendable {
  /// Transfers under way at once, over all hosts.
  public var activeMax = 64
  /// Transfers under way at once to one host and port.
  public var activePerHostMax = 8
  /// Transfers waiting or under way; the next one is refused with `.overloaded`.
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
