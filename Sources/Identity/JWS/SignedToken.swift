internal import Platform

/// A JSON Web Token signed with a key pair (RFC 7519; RFC 7515 in compact form).
public enum SignedToken {
  /// A claim's value.
  public enum Value: Sendable {
    case string(String)
    case integer(Int64)
  }

  /// - Parameters:
  ///   - claims: In the order they are to be written.
  ///   - keyID: `kid` of the header, by which verifiers find the key.
  public static func make(_ claims: [(name: String, value: Value)], keyID: String, key: KeyPair) -> String {
    var header = Array(#"{"alg":""#.utf8)
    header.append(contentsOf: key.algorithm.rawValue.utf8)
    header.append(contentsOf: #"","typ":"JWT","kid":"#.utf8)
    JSONString.append(keyID, to: &header)
    header.append(UInt8(ascii: "}"))
    var payload: [UInt8] = []
    for (name, value) in claims {
      payload.append(UInt8(ascii: payload.isEmpty ? "{" : ","))
      JSONString.append(name, to: &payload)
      payload.append(UInt8(ascii: ":"))
      switch value {
      case .string(let text): JSONString.append(text, to: &payload)
      case .integer(let number): payload.append(contentsOf: String(number).utf8)
      }
    }
    payload.append(UInt8(ascii: "}"))
    var text = Array((Base64URL.encode(header) + "." + Base64URL.encode(payload)).utf8)
    let signature = key.sign(text)
    text.append(UInt8(ascii: "."))
    text.append(contentsOf: Base64URL.encode(signature).utf8)
    return String(decoding: text, as: UTF8.self)
  }
}
