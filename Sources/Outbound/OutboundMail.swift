/// One message for one address, and the server that takes it (RFC 5321).
public struct OutboundMail: Sendable {
  /// A mail server, and how to speak to it.
  public struct Server: Sendable, Equatable {
    public enum Security: Sendable, Equatable {
      /// TLS from the first byte (RFC 8314).
      case implicitTLS
      /// STARTTLS, or nothing is sent (RFC 3207).
      case startTLS
      /// Plain text, password included: for a server on this machine.
      case none
    }

    /// A user and the password that goes with it.
    public struct Credentials: Sendable, Equatable {
      public var user: String
      public var password: String

      public init(user: String, password: String) {
        self.user = user
        self.password = password
      }
    }

    /// A name or an address; IPv6 without brackets.
    public var host: String
    public var port: Int
    public var security: Security
    /// Nil for a server that asks for none.
    public var credentials: Credentials?

    public init(host: String, port: Int, security: Security, credentials: Credentials? = nil) {
      self.host = host
      self.port = port
      self.security = security
      self.credentials = credentials
    }

    /// Whether mail would cross a network in plain text.
    public var isPlainText: Bool { security == .none && host != "localhost" && IPAddress(host)?.isLoopback != true }
  }

  public var server: Server
  /// Addresses of the envelope, ASCII, without angle brackets.
  public var from: String
  public var to: String
  /// The message, lines ended by CRLF; curl sees to leading dots.
  public var message: [UInt8]
  /// From the call to the server's last word, waiting for its turn included.
  public var timeout: Duration

  public init(server: Server, from: String, to: String, message: [UInt8], timeout: Duration = .seconds(60)) {
    self.server = server
    self.from = from
    self.to = to
    self.message = message
    self.timeout = timeout
  }
}
