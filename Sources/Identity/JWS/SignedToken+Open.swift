extension SignedToken {
  /// Longer ones are none of ours.
  private static let bytesMax = 4096

  /// The claims of a token that we signed, those that are texts. Whether its time has passed is not asked.
  ///
  /// - Parameter key: Ours of a `kid`; the algorithm is the key's, whatever the header says besides.
  /// - Returns: Nil for anything that this key did not sign.
  public static func textClaims(of token: String, key: (String) -> KeyPair?) -> [String: String]? {
    guard token.utf8.count <= bytesMax else { return nil }
    let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Base64.decode(parts[0], .url).flatMap({ JSONObjectReader.read($0) }),
      case .string(let keyID)? = header["kid"], let key = key(keyID), header["alg"] == .string(key.algorithm.rawValue),
      let signature = Base64.decode(parts[2], .url), let payload = Base64.decode(parts[1], .url)
    else { return nil }
    let signed = Array(token.utf8.prefix(token.utf8.count - parts[2].count - 1))
    guard key.verify(signature, of: signed), let claims = JSONObjectReader.read(payload) else { return nil }
    return claims.compactMapValues { value in
      if case .string(let text) = value { text } else { nil }
    }
  }
}
