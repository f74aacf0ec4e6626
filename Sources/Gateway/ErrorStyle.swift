/// How an error reads on the REST face.
enum ErrorStyle: Sendable, Equatable {
  /// `{"detail": "…"}`, the customer service application's, and every path's that is not co-writing's.
  case detail
  /// `{"success": false, "error": {"code", "message", "details"}, "timestamp"}`, co-writing's.
  case envelope
  /// `{"error", "error_description", "detail"}` of the endpoints that OAuth clients call (RFC 6749, section 5.2).
  case oauth
  /// `application/problem+json` (RFC 9457), where the client asks for it.
  case problem

  /// The style of a path: an envelope under `/api/v<digits>/`, whichever applications are served.
  init(path: Span<UInt8>) {
    self = Self.isVersioned(path) ? .envelope : Self.isOAuth(path) ? .oauth : .detail
  }

  /// A trailing slash changes nothing, here as in routing.
  private static func isOAuth(_ path: Span<UInt8>) -> Bool {
    // Most paths are told apart by their length's first look.
    guard path.count >= 12, path.count <= 18, path[1] == UInt8(ascii: "o"), path[2] == UInt8(ascii: "a") else { return false }
    return ["/oauth/token", "/oauth/revoke", "/oauth/introspect"].contains { endpoint in
      let endpoint = endpoint.utf8
      guard path.count == endpoint.count || path.count == endpoint.count + 1 && path[path.count - 1] == UInt8(ascii: "/") else {
        return false
      }
      return endpoint.enumerated().allSatisfy { path[$0] == $1 }
    }
  }

  private static func isVersioned(_ path: Span<UInt8>) -> Bool { versionEnd(path) != nil }

  /// The version of the interface that a path names: "1" of `/api/v1/users`.
  static func version(inPath path: Span<UInt8>) -> String? {
    guard let end = versionEnd(path) else { return nil }
    return (versionStart..<end).reduce(into: "") { $0.unicodeScalars.append(UnicodeScalar(path[$1])) }
  }

  private static let versionStart = "/api/v".utf8.count

  /// Where the digits behind `/api/v` end, if they are all there is up to the next slash.
  private static func versionEnd(_ path: Span<UInt8>) -> Int? {
    guard path.count > versionStart else { return nil }
    for (index, byte) in "/api/v".utf8.enumerated() where path[index] != byte { return nil }
    var index = versionStart
    while index < path.count, path[index] >= UInt8(ascii: "0"), path[index] <= UInt8(ascii: "9") { index += 1 }
    return index > versionStart && (index == path.count || path[index] == UInt8(ascii: "/")) ? index : nil
  }
}
