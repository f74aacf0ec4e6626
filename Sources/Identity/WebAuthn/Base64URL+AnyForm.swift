extension Base64URL {
  /// The bytes of a text in either alphabet, padded or not; nil for what is neither. Clients write credential ids in all these forms.
  public static func decode(anyForm text: String) -> [UInt8]? {
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
