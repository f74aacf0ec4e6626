/// `data:` addresses (RFC 2397) and the base64 in them (RFC 4648, section 4).
enum DataAddress {
  /// The image of a `data:image/png;base64,…` or `data:image/jpeg;base64,…` address; nil for any other.
  static func image(_ address: String) -> Image? {
    for type in ["data:image/png;base64,", "data:image/jpeg;base64,"] where address.utf8.starts(with: type.utf8) {
      guard address.utf8.count <= Image.bytesMax / 3 * 4 + 64 else { return nil }
      return decode(address.utf8.dropFirst(type.utf8.count)).flatMap(Image.init)
    }
    return nil
  }

  static func address(of image: Image) -> String {
    (image.format == .png ? "data:image/png;base64," : "data:image/jpeg;base64,") + encode(image.bytes)
  }

  private static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text {
      let value: UInt32
      switch character {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(character) - 65
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(character) - 71
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(character) + 4
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "="): continue
      default: return nil
      }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let group = (0..<3).reduce(UInt32(0)) { $0 << 8 | (index + $1 < bytes.count ? UInt32(bytes[index + $1]) : 0) }
      let present = min(3, bytes.count - index)
      for place in 0..<4 {
        text.append(place <= present ? digits[Int(group >> UInt32(18 - 6 * place)) & 63] : UInt8(ascii: "="))
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }
}
