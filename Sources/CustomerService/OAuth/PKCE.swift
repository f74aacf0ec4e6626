import Identity

/// Proof key for code exchange: who redeems a code is who asked for it.
///
/// Source: RFC 7636; the method `plain` is not offered (RFC 9700, section 2.1.1).
enum PKCE {
  static let method = "S256"

  /// Whether a text can be a challenge of S256: a SHA-256 in base64url.
  static func isChallenge(_ text: String) -> Bool { text.utf8.count == 43 && Base64URL.decode(text)?.count == 32 }

  /// 43 to 128 unreserved characters (section 4.1).
  static func isVerifier(_ text: String) -> Bool {
    (43...128).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
      }
  }

  /// Section 4.6.
  static func verifies(_ verifier: String, _ challenge: String) -> Bool {
    isVerifier(verifier) && constantTimeEquals(Array(Base64URL.encode(SHA256.digest(Array(verifier.utf8))).utf8), Array(challenge.utf8))
  }
}
