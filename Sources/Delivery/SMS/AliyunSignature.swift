internal import Identity
internal import Outbound

/// The signature of Alibaba Cloud's RPC-style requests, version 1.0.
///
/// Source: Alibaba Cloud, "Request signatures" of Short Message Service (SendSms, version 2017-05-25).
enum AliyunSignature {
  /// The parameters sorted by name, names and values percent-encoded (RFC 3986, uppercase).
  static func canonicalQuery(_ parameters: [String: String]) -> String {
    // Sorted by bytes: Swift would compare texts by canonical equivalence.
    let names = parameters.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return names.map { "\(OutboundURL.percentEncoded($0))=\(OutboundURL.percentEncoded(parameters[$0] ?? ""))" }.joined(separator: "&")
  }

  /// What is signed: method, path and canonical query, the latter two encoded once more.
  static func stringToSign(method: String, canonicalQuery: String) -> String {
    "\(method)&\(OutboundURL.percentEncoded("/"))&\(OutboundURL.percentEncoded(canonicalQuery))"
  }

  /// The value of the parameter `Signature`.
  static func signature(method: String, _ parameters: [String: String], secret: String) -> String {
    let text = stringToSign(method: method, canonicalQuery: canonicalQuery(parameters))
    return Base64.encodePadded(HMACSHA1.code(Array(text.utf8), key: Array("\(secret)&".utf8)))
  }
}
