public import Net

/// The protocol version a request came with.
public enum HTTPVersion: Sendable, Hashable {
  case http10, http11, http2
}

/// A request up to its body. Path and authority lie in the same array as the headers: one allocation for all.
public struct RequestHead: Sendable {
  public var method: HTTPMethod
  public internal(set) var version: HTTPVersion
  /// Where the connection comes from. The far end of the socket, never what a header claims.
  public var peer: SocketAddress
  /// Whether this connection is encrypted.
  public internal(set) var isTLS: Bool
  /// The regular fields; no pseudo-headers. On HTTP/2 a Host field that came beside `:authority` is kept.
  public var headers: Headers
  /// Where they lie in the headers' array.
  private var pathRange: Range<Int>
  private var authorityRange: Range<Int>

  /// A request to send. `path` begins with `/` (or is `*`) and holds the query.
  public init(method: HTTPMethod, path: String, scheme: String = "http", authority: String, headers: Headers = Headers()) {
    var prefix = Headers()
    var path = path
    var authority = authority
    let pathRange = path.withUTF8 { prefix.appendPrefix(UnsafeRawBufferPointer($0)) }
    let authorityRange = authority.withUTF8 { prefix.appendPrefix(UnsafeRawBufferPointer($0)) }
    self.init(
      method: method, prefixed: prefix, path: pathRange, authority: authorityRange, version: .http2,
      peer: SocketAddress(ipv4: 0, port: 0), isTLS: scheme == "https")
    self.headers.append(contentsOf: headers)
  }

  /// - Parameter prefixed: Fields behind a prefix in which path and authority lie at the given places.
  init(
    method: HTTPMethod, prefixed headers: Headers, path: Range<Int>, authority: Range<Int>, version: HTTPVersion, peer: SocketAddress,
    isTLS: Bool
  ) {
    self.method = method
    self.headers = headers
    self.version = version
    self.peer = peer
    self.isTLS = isTLS
    pathRange = path
    authorityRange = authority
  }

  /// The target as it came, with the query, not decoded: `/api/tickets?limit=5`, or `*`.
  public var path: String { withPathBytes { String(decoding: $0, as: UTF8.self) } }

  /// The bytes of `path`; valid inside `body` only.
  @inline(__always)
  public func withPathBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    let range = pathRange
    return try headers.storage.withUnsafeBufferPointer { (bytes: UnsafeBufferPointer<UInt8>) throws(E) -> R in
      try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[range])))
    }
  }

  /// Host and port that the client meant: `:authority`, an absolute target's authority, or Host. May be empty in HTTP/1.0.
  public var authority: String {
    guard !authorityRange.isEmpty else { return headers["host"] ?? "" }
    return String(decoding: headers.storage[authorityRange], as: UTF8.self)
  }

  /// Whether a Host field, where there is one beside the authority, says the same.
  var isHostConsistent: Bool {
    headers.withValue(of: "host") { host in
      guard let host, !authorityRange.isEmpty else { return true }
      return headers.storage[authorityRange].withUnsafeBytes { equalIgnoringCase($0, host) }
    }
  }

  /// `https` on an encrypted connection, else `http`; what a client wrote as `:scheme` is not believed.
  public var scheme: String { isTLS ? "https" : "http" }
}

/// A response up to its body.
public struct ResponseHead: Sendable {
  /// 100 to 599.
  public var status: Int
  public var headers: Headers

  public init(status: Int, headers: Headers = Headers()) {
    self.status = status
    self.headers = headers
  }
}
