import HTTP
import RPC

/// What an answer's metadata says in HTTP's own words: `weft-http-status` and `weft-http-header-*`. `x-ratelimit-*` says the same over
/// both faces, so it goes through under its own name.
///
/// It travels with the reply or the error, so that a gateway across the network gives the same answer as one in the process.
enum HTTPMetadata {
  private static let statusName = "weft-http-status"
  private static let headerPrefix = "weft-http-header-"
  private static let limitPrefix = "x-ratelimit-"

  /// Puts status and headers in the place of the gateway's own.
  static func apply(_ metadata: Metadata, status: inout Int, headers: inout Headers) {
    if metadata.isEmpty { return }
    for entry in metadata.entries {
      let (isLimit, isOurs) = (entry.name.hasPrefix(limitPrefix), entry.name.hasPrefix("weft-http-"))
      guard isLimit || isOurs, case .text(let text) = entry.value else { continue }
      if isLimit {
        headers.set(entry.name, text)
      } else if entry.name == statusName {
        if let said = Int(text), said >= 200, said <= 599 { status = said }
      } else if entry.name.hasPrefix(headerPrefix) {
        let name = String(entry.name.dropFirst(headerPrefix.count))
        // The one field of which each line is a value of its own (RFC 6265, section 3).
        if name == "set-cookie" { headers.append(name, text) } else { headers.set(name, text) }
      }
    }
  }
}
