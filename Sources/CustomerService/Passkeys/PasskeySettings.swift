public import Identity

/// What the settings say of passkeys: `WEFT_RP_ID` and `WEFT_RP_ORIGINS`.
public struct PasskeySettings: Sendable {
  /// The document's.
  public static let relyingPartyIDDefault = "dreamreflex.com"
  private static let name = "DreamReflex"

  public var relyingPartyID: String
  /// Nil: the public URL's origin if its host is the relying party's id, else `https://` and the id.
  public var origins: [String]?

  public init(relyingPartyID: String = relyingPartyIDDefault, origins: [String]? = nil) {
    self.relyingPartyID = relyingPartyID
    self.origins = origins
  }

  /// Whether a text can be the id: a host name in lower case. An address cannot (Web Authentication, section 5.1.3: a valid domain).
  public static func isRelyingPartyID(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return text.utf8.count <= 253 && labels.last?.contains(where: \.isLetter) == true
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
      }
  }

  /// Whether passkeys of `id` can come from an origin: a page of that host or of one below it, by https or on this machine; or an
  /// Android application, by the hash of its key.
  public static func isOrigin(_ text: String, of id: String) -> Bool {
    if text.hasPrefix("android:apk-key-hash:") { return true }
    guard let origin = WebOrigin(url: text), origin.text == text else { return false }
    guard origin.host == id || origin.host.hasSuffix("." + id) else { return false }
    return text.hasPrefix("https://") || origin.host == "localhost" || origin.host.hasSuffix(".localhost")
  }

  /// - Parameter publicURL: As it is known now: where the HTTP listener is, is known only once it is bound.
  public func party(publicURL: String) -> RelyingParty {
    RelyingParty(id: relyingPartyID, name: Self.name, origins: origins ?? [defaultOrigin(publicURL)])
  }

  private func defaultOrigin(_ publicURL: String) -> String {
    guard let origin = WebOrigin(url: publicURL), origin.host == relyingPartyID else { return "https://" + relyingPartyID }
    return origin.text
  }
}

/// Scheme, host and port of a web page, as browsers write it (RFC 6454, section 6.2).
public struct WebOrigin: Equatable, Sendable {
  /// In lower case, without the scheme's own port.
  public let text: String
  public let host: String

  /// The origin of an address; nil for one that is neither http nor https or names no host.
  public init?(url: String) {
    let lower = url.lowercased()
    guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return nil }
    let authority = lower.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !authority.contains("@"), !authority.contains(where: \.isWhitespace) else { return nil }
    let bracketEnd = authority.hasPrefix("[") ? authority.firstIndex(of: "]") : authority.startIndex
    guard let bracketEnd else { return nil }
    let colon = authority[bracketEnd...].firstIndex(of: ":")
    host = String(authority[..<(colon ?? authority.endIndex)])
    guard !host.isEmpty else { return nil }
    var port = ""
    if let colon {
      port = String(authority[authority.index(after: colon)...])
      guard let number = UInt16(port), String(number) == port else { return nil }
      if port == (scheme == "https://" ? "443" : "80") { port = "" }
    }
    text = scheme + host + (port.isEmpty ? "" : ":" + port)
  }
}
