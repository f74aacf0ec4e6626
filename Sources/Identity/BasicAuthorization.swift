/// The header `Authorization` with the scheme Basic.
///
/// Source: RFC 7617, section 2.
public struct BasicAuthorization: Sendable, Equatable {
  public var user: String
  public var password: String

  /// Reads the header's value; nil for another scheme and for what is malformed: no base64, no UTF-8, no colon, NUL.
  public init?(_ header: String) {
    let scheme = "basic "
    guard header.utf8.count > scheme.utf8.count, zip(header.utf8, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
    var text = header.utf8.dropFirst(scheme.utf8.count)
    var padding = 0
    while text.last == UInt8(ascii: "="), padding < 2 {
      text = text.dropLast()
      padding += 1
    }
    guard let bytes = Base64.decode(text, .standard), !bytes.contains(0), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      let user = String(validating: bytes[..<colon], as: UTF8.self),
      let password = String(validating: bytes[(colon + 1)...], as: UTF8.self)
    else { return nil }
    self.user = user
    self.password = password
  }

  /// Whether the header is of this scheme at all.
  public static func isMeant(by header: String) -> Bool {
    header.utf8.count >= 5 && zip(header.utf8, "basic".utf8).allSatisfy { $0 | 0x20 == $1 }
      && (header.utf8.count == 5 || header.utf8.dropFirst(5).first == UInt8(ascii: " "))
  }
}
