/// Which browser origins may read the answers of the REST face (Fetch Standard, "CORS protocol").
///
/// Credentials in the sense of that standard (cookies, TLS certificates) are never allowed: the bearer token is a plain header.
public struct CORSPolicy: Sendable, Equatable {
  /// Any origin.
  public static let anyOrigin = CORSPolicy(origins: nil)

  /// The origins allowed, lower-case `scheme://host[:port]`; nil stands for any.
  let origins: Set<String>?

  /// How long a browser may remember a preflight, in seconds: the two hours that Chromium allows at most.
  static let maxAge = "7200"
  /// What scripts may read besides the safelisted headers.
  static let exposedHeaders =
    "x-request-id, retry-after, etag, content-disposition, content-range, accept-ranges, "
    + "x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset"

  private init(origins: Set<String>?) {
    self.origins = origins
  }

  /// Reads the setting `WEFT_CORS_ORIGINS`: origins separated by commas, or `*`; empty allows none.
  ///
  /// - Returns: nil if a piece is neither `*` nor an origin such as `https://example.com:8443` (RFC 6454, section 6.2).
  public init?(setting: String) {
    var origins: Set<String> = []
    for piece in setting.split(separator: ",") {
      let origin = piece.trimmingSpaces().lowercased()
      if origin.isEmpty { continue }
      if origin == "*" {
        self = .anyOrigin
        return
      }
      guard Self.isOrigin(origin) else { return nil }
      origins.insert(origin)
    }
    self.init(origins: origins)
  }

  /// The value of `access-control-allow-origin` for a request from `origin`, or nil where it is not allowed.
  func allowed(_ origin: String) -> String? {
    guard let origins else { return "*" }
    return origins.contains(origin.lowercased()) ? origin : nil
  }

  /// Whether the answer depends on the origin, so that caches must be told (`vary: origin`).
  var varies: Bool { origins != nil }

  private static func isOrigin(_ text: String) -> Bool {
    let host: Substring
    if text.hasPrefix("https://") {
      host = text.dropFirst("https://".count)
    } else if text.hasPrefix("http://") {
      host = text.dropFirst("http://".count)
    } else {
      return false
    }
    guard !host.isEmpty else { return false }
    return host.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): true
      default: false
      }
    }
  }
}

extension Substring {
  /// Without the spaces and tabs at both ends.
  func trimmingSpaces() -> Substring {
    var trimmed = self
    while let first = trimmed.first, first == " " || first == "\t" { trimmed.removeFirst() }
    while let last = trimmed.last, last == " " || last == "\t" { trimmed.removeLast() }
    return trimmed
  }
}
