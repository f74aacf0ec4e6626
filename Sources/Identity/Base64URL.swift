/// Base64url without padding (RFC 4648, section 5; RFC 7515, section 2): tokens, keys and what hashes are sent as.
public enum Base64URL {
  public static func encode(_ bytes: some Collection<UInt8>) -> String { Base64.encode(bytes, .url) }

  /// Nil for anything but the one text of some bytes.
  public static func decode(_ text: String) -> [UInt8]? { Base64.decode(text.utf8, .url) }
}
