/// How an error reads on the REST face.
enum ErrorStyle: Sendable, Equatable {
  /// `{"detail": "…"}`, the customer service application's, and every path's that is not co-writing's.
  case detail
  /// `{"success": false, "error": {"code", "message", "details"}, "timestamp"}`, co-writing's.
  case envelope
  /// `application/problem+json` (RFC 9457), where the client asks for it.
  case problem

  /// The style of a path: an envelope under `/api/v<digits>/`, whichever applications are served.
  init(path: Span<UInt8>) {
    self = Self.isVersioned(path) ? .envelope : .detail
  }

  private static func isVersioned(_ path: Span<UInt8>) -> Bool {
    let prefix = "/api/v".utf8
    let prefixCount = prefix.count
    guard path.count > prefixCount else { return false }
    for (index, byte) in prefix.enumerated() where path[index] != byte { return false }
    var index = prefixCount
    while index < path.count, path[index] >= UInt8(ascii: "0"), path[index] <= UInt8(ascii: "9") { index += 1 }
    return index > prefixCount && (index == path.count || path[index] == UInt8(ascii: "/"))
  }
}
