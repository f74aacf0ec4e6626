/// Binary values as WebAuthn writes them in JSON: base64url without padding (Web Authentication, section 5, "Base64url Encoding").
public enum Base64URL {
  public static func encode(_ bytes: [UInt8]) -> String { Base64.encode(bytes, .url) }

  /// The bytes of a text in either alphabet, padded or not; nil for what is neither.
  public static func decode(_ text: String) -> [UInt8]? {
    var digits = text.utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      default: byte
      }
    }
    for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
    return Base64.decode(digits, .url)
  }
}
