/// Where a client wants its users sent back to: what may be registered, and which of the registered ones was meant.
///
/// Source: RFC 9700, sections 2.1 and 4.1.3 (exact comparison); RFC 8252, sections 7.1 to 7.3 (native applications).
enum RedirectURI {
  static let bytesMax = 2048

  /// Whether a client may register `text`: absolute, without fragment or user information, and either https, http on this machine,
  /// or a private-use scheme, which has a dot (`com.example.app:/callback`).
  static func isRegistrable(_ text: String) -> Bool {
    guard text.utf8.count <= bytesMax, text.utf8.allSatisfy(isURICharacter), let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
    else { return false }
    let scheme = String(text[..<colon])
    let rest = text[text.utf8.index(after: colon)...]
    switch scheme {
    case "https": return authority(rest) != nil
    case "http": return authority(rest).map { isLoopback(host: $0.host) } ?? false
    default: return isPrivateUse(scheme) && rest.utf8.first == UInt8(ascii: "/")
    }
  }

  /// The one of `registered` that `presented` is: the same bytes, or on a loopback address the same but for the port.
  static func matches(_ presented: String, anyOf registered: [String]) -> Bool {
    registered.contains { $0.utf8.elementsEqual(presented.utf8) || isSameLoopback(presented, $0) }
  }

  /// `http://127.0.0.1:PORT/PATH` and `http://[::1]:PORT/PATH` for any port; `localhost` is a name and names exactly itself.
  private static func isSameLoopback(_ presented: String, _ registered: String) -> Bool {
    guard isRegistrable(presented), let left = loopback(presented), let right = loopback(registered) else { return false }
    return left.host == right.host && left.tail.utf8.elementsEqual(right.tail.utf8)
  }

  private static func loopback(_ text: String) -> (host: String, tail: String)? {
    guard text.hasPrefix("http:"), let parts = authority(text.dropFirst(5)), parts.host == "127.0.0.1" || parts.host == "[::1]" else {
      return nil
    }
    return (parts.host, parts.tail)
  }

  /// Host and what follows host and port, of `//HOST[:PORT][/…]`; nil where that is malformed or holds user information.
  private static func authority(_ text: Substring) -> (host: String, tail: String)? {
    guard text.hasPrefix("//") else { return nil }
    let text = text.dropFirst(2)
    let end = text.firstIndex { $0 == "/" || $0 == "?" } ?? text.endIndex
    var host = text[..<end]
    guard !host.contains("@") else { return nil }
    if host.hasPrefix("[") {
      guard let bracket = host.firstIndex(of: "]"), isPort(host[host.index(after: bracket)...]) else { return nil }
      host = host[...bracket]
    } else if let colon = host.firstIndex(of: ":") {
      guard isPort(host[colon...]) else { return nil }
      host = host[..<colon]
    }
    guard !host.isEmpty else { return nil }
    return (String(host), String(text[end...]))
  }

  /// Nothing, or a colon with a port behind it.
  private static func isPort(_ text: Substring) -> Bool {
    guard let colon = text.first else { return true }
    let digits = text.dropFirst()
    // As browsers write it: `UInt16` would take a sign and leading zeros too.
    guard colon == ":", let first = digits.utf8.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first) else { return false }
    return UInt16(digits) != nil
  }

  private static func isLoopback(host: String) -> Bool { host == "127.0.0.1" || host == "[::1]" || host == "localhost" }

  /// RFC 3986, section 3.1, in lower case and with a dot, which no script or data scheme has.
  private static func isPrivateUse(_ scheme: String) -> Bool {
    guard let first = scheme.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), scheme.contains(".") else { return false }
    return scheme.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
      default: false
      }
    }
  }

  /// The characters of RFC 3986, section 2, without `#`: no spaces, controls, quotes, backslashes or other scripts.
  private static func isURICharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"),
      UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "@"), UInt8(ascii: "!"), UInt8(ascii: "$"),
      UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"),
      UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "%"):
      true
    default: false
    }
  }
}
