internal import Identity
internal import Outbound
internal import Platform

/// URLs that carry their own permission (AWS Signature Version 4, "Authenticating Requests: Using Query Parameters").
struct S3Presigner: Sendable {
  /// What Amazon allows: seven days.
  private static let secondsMax: Int64 = 604_800
  private static let secondsPerDay: Int64 = 86_400

  let location: S3Location
  let credentials: S3Credentials

  /// - Parameters:
  ///   - now: Seconds since 1970.
  ///   - parameters: Further query parameters, not yet encoded.
  func url(_ key: BlobKey, now: Int64, lifetime: Duration, parameters: [(name: String, value: String)]) -> String {
    let time = Self.time(now)
    let scope = "\(time.prefix(8))/\(location.region)/s3/aws4_request"
    var items = parameters
    items.append(("X-Amz-Algorithm", "AWS4-HMAC-SHA256"))
    items.append(("X-Amz-Credential", "\(credentials.accessKey)/\(scope)"))
    items.append(("X-Amz-Date", time))
    items.append(("X-Amz-Expires", "\(min(max(1, lifetime.secondsRoundedUp), Self.secondsMax))"))
    items.append(("X-Amz-SignedHeaders", "host"))
    if let token = credentials.sessionToken { items.append(("X-Amz-Security-Token", token)) }
    let query = Self.canonicalQuery(items)
    let request = "GET\n\(location.path(key))\n\(query)\nhost:\(location.authority)\n\nhost\nUNSIGNED-PAYLOAD"
    let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Self.hexadecimal(SHA256.digest(Array(request.utf8))))"
    return location.url(key, query: "\(query)&X-Amz-Signature=\(signature(text, day: String(time.prefix(8))))")
  }

  /// Encoded and sorted by the encoded names' bytes.
  static func canonicalQuery(_ items: [(name: String, value: String)]) -> String {
    items.map { (OutboundURL.percentEncoded($0.name), OutboundURL.percentEncoded($0.value)) }
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
      .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }

  private func signature(_ text: String, day: String) -> String {
    var key = Array("AWS4\(credentials.secretKey)".utf8)
    for part in [day, location.region, "s3", "aws4_request", text] {
      key = MessageAuthenticator(key: key).code(Array(part.utf8))
    }
    return Self.hexadecimal(key)
  }

  /// `20130524T000000Z`, by the civil calendar (days are counted from 0000-03-01, so that leap days come last in their year).
  static func time(_ seconds: Int64) -> String {
    let (day, second) = (seconds / secondsPerDay, seconds % secondsPerDay)
    let shifted = day + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    return "\(year)\(two(month))\(two(dayOfMonth))T\(two(second / 3600))\(two(second / 60 % 60))\(two(second % 60))Z"
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
