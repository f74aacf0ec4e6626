internal import Platform

/// A public key as JSON names its parts (RFC 7517).
public struct JSONWebKey: Sendable, Equatable {
  /// The numbers, big-endian.
  public enum Parts: Sendable, Equatable {
    /// RFC 7518, section 6.3.1; without leading zeros.
    case rsa(modulus: [UInt8], exponent: [UInt8])
    /// RFC 7518, section 6.2.1; 32 bytes each.
    case p256(x: [UInt8], y: [UInt8])
  }

  public let parts: Parts

  public init(_ parts: Parts) { self.parts = parts }

  public var type: String {
    switch parts {
    case .rsa: "RSA"
    case .p256: "EC"
    }
  }

  /// The members that make the key what it is, in the order of their names; numbers in base64url.
  public var members: [(name: String, value: String)] {
    switch parts {
    case .rsa(let modulus, let exponent):
      [("e", Base64URL.encode(exponent)), ("kty", type), ("n", Base64URL.encode(modulus))]
    case .p256(let x, let y):
      [("crv", "P-256"), ("kty", type), ("x", Base64URL.encode(x)), ("y", Base64URL.encode(y))]
    }
  }

  /// The SHA-256 of those members as JSON (RFC 7638, section 3), in base64url: a name that follows from the key alone.
  public var thumbprint: String {
    var text: [UInt8] = []
    for (name, value) in members {
      text.append(UInt8(ascii: text.isEmpty ? "{" : ","))
      JSONString.append(name, to: &text)
      text.append(UInt8(ascii: ":"))
      JSONString.append(value, to: &text)
    }
    text.append(UInt8(ascii: "}"))
    return Base64URL.encode(SHA256.digest(text))
  }
}
