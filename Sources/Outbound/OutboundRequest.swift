/// An HTTP request to somebody else's server.
public struct OutboundRequest: Sendable {
  public enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  public var method: Method
  /// http or https, without user and password: secrets belong into a header, where no log shows them.
  public var url: String
  /// Sent as they are; `Host`, `Content-Length` and the like are curl's.
  public var headers: [(name: String, value: String)]
  /// Nil for a request without a body.
  public var body: [UInt8]?
  /// From the call to the last byte of the answer, waiting for its turn included.
  public var timeout: Duration
  /// A longer answer is an error.
  public var bodyBytesMax: Int
  /// How many redirects are followed; an https request is never redirected to http.
  public var redirectsMax = 0
  /// Which addresses may be called.
  public var addresses: AddressPolicy

  public init(
    method: Method = .get, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    timeout: Duration = .seconds(10), bodyBytesMax: Int = 1 << 20, addresses: AddressPolicy = .publicOnly
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.bodyBytesMax = bodyBytesMax
    self.addresses = addresses
  }
}

/// What the other server answered, whatever its status says.
public struct OutboundResponse: Sendable {
  /// 200 to 599.
  public let status: Int
  /// In the order they came; names in lower case.
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]

  /// The first value of a header, by its name in lower case.
  public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
