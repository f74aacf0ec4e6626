internal import CCurl

/// A URL taken apart by the parser that will also connect, so that no two readers of it can disagree.
public struct OutboundURL: Sendable, Equatable {
  /// In lower case.
  public let scheme: String
  /// Percent-decoded; nil where there is none, empty where it is empty.
  public let user: String?
  public let password: String?
  /// A name or an address; IPv6 without brackets.
  public let host: String
  /// Nil where the URL names none.
  public let port: Int?
  /// Begins with a slash.
  public let path: String
  /// As it stands, without the question mark; nil where there is none.
  public let query: String?
  /// The whole URL again, without user, password and fragment.
  public let text: String

  /// - Parameter text: An absolute URL of any scheme, with a host.
  /// - Returns: Nil if it is none, or if anything in it decodes to a control character.
  public init?(_ text: String) {
    guard let handle = curl_url() else { return nil }
    defer { curl_url_cleanup(handle) }
    guard !text.utf8.contains(0), curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK else {
      return nil
    }
    var isBroken = false
    func part(_ which: CURLUPart, decoding: Bool = false) -> String? {
      var piece: UnsafeMutablePointer<CChar>?
      let code = curl_url_get(handle, which, &piece, decoding ? UInt32(CURLU_URLDECODE) : 0)
      defer { curl_free(piece) }
      guard code == CURLUE_OK, let piece else {
        let absent = [CURLUE_NO_USER, CURLUE_NO_PASSWORD, CURLUE_NO_PORT, CURLUE_NO_QUERY]
        if !absent.contains(code) { isBroken = true }
        return nil
      }
      guard let text = String(validatingCString: piece) else {
        isBroken = true
        return nil
      }
      return text
    }
    let scheme = part(CURLUPART_SCHEME)
    let host = part(CURLUPART_HOST)
    user = part(CURLUPART_USER, decoding: true)
    password = part(CURLUPART_PASSWORD, decoding: true)
    port = part(CURLUPART_PORT).flatMap { Int($0) }
    path = part(CURLUPART_PATH) ?? "/"
    query = part(CURLUPART_QUERY)
    curl_url_set(handle, CURLUPART_USER, nil, 0)
    curl_url_set(handle, CURLUPART_PASSWORD, nil, 0)
    curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
    let rest = part(CURLUPART_URL)
    guard !isBroken, let scheme, let host, !host.isEmpty, let rest else { return nil }
    self.scheme = scheme.lowercased()
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    self.text = rest
  }

  /// Whether the host is this machine, by its name or address.
  public var isLoopback: Bool { host == "localhost" || IPAddress(host)?.isLoopback == true }

  /// Host and port as a URL has them.
  public var authority: String {
    let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return port.map { "\(host):\($0)" } ?? host
  }

  /// The names and values of the query, percent-decoded, in order; nil if one of them decodes to no text.
  public var queryItems: [(name: String, value: String)]? {
    var items: [(name: String, value: String)] = []
    for item in (query ?? "").split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.percentDecoded(parts[0]), let value = Self.percentDecoded(parts.count > 1 ? parts[1] : "") else { return nil }
      items.append((name, value))
    }
    return items
  }

  /// The text with everything but letters, digits and `-._~` as `%XX` of its UTF-8 (RFC 3986, section 2.3).
  public static func percentEncoded(_ text: String) -> String {
    // A length of 0 would make curl look for the end itself.
    guard !text.isEmpty else { return "" }
    var text = text
    let encoded = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { curl_easy_escape(nil, $0.baseAddress, Int32($0.count)) }
    }
    guard let encoded else { preconditionFailure("no memory for a URL") }
    defer { curl_free(encoded) }
    return String(cString: encoded)
  }

  private static func percentDecoded(_ text: Substring) -> String? {
    guard !text.isEmpty else { return "" }
    var text = text
    var count: Int32 = 0
    let decoded = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { curl_easy_unescape(nil, $0.baseAddress, Int32($0.count), &count) }
    }
    guard let decoded else { return nil }
    defer { curl_free(decoded) }
    let bytes = UnsafeRawBufferPointer(start: decoded, count: Int(count))
    return String(validating: bytes, as: UTF8.self)
  }
}
