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

  /// How a request is signed (AWS Signature Version 4). Its path and query must be in canonical form, sorted and with every
  /// `=`, and the header `x-amz-content-sha256` must say what the body is.
  public struct Signature: Sendable {
    public var accessKey: String
    public var secretKey: String
    public var region: String
    /// Such as `s3`.
    public var service: String

    public init(accessKey: String, secretKey: String, region: String, service: String) {
      self.accessKey = accessKey
      self.secretKey = secretKey
      self.region = region
      self.service = service
    }
  }

  /// After what a request is sent again, a little later each time, within its `timeout`.
  public enum Repeats: Sendable {
    case never
    /// Where the server has not acted on it: no connection came about, or it says 429 or 503.
    case ifNotTaken
    /// Also after a broken connection, 500, 502 and 504: for what may be done twice.
    case always
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
  /// Nil for none.
  public var signature: Signature?
  public var repeats = Repeats.never

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
  /// How often the request was sent: what an earlier one did may be what the last one found.
  public let attempts: Int

  /// The first value of a header, by its name in lower case.
  public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
