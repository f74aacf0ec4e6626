/// Which addresses in a document become links: only http, https and mailto; nothing else leaves a document.
enum LinkAddress {
  /// The address in ASCII as RFC 3986 has it, what is not percent-encoded; nil if it must stay text. Addresses of IPv6 hosts, which
  /// need brackets, lose them.
  static func allowed(_ address: String) -> String? {
    guard address.utf8.count <= bytesMax else { return nil }
    let lower = address.prefix(16).lowercased()
    guard let scheme = schemes.first(where: { lower.hasPrefix($0) }), address.utf8.count > scheme.utf8.count else { return nil }
    let bytes = Array(address.utf8)
    var encoded: [UInt8] = []
    var hasFragment = false
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "%") where index + 2 >= bytes.count || !isHexDigit(bytes[index + 1]) || !isHexDigit(bytes[index + 2]),
        UInt8(ascii: "#") where hasFragment, UInt8(ascii: "["), UInt8(ascii: "]"):
        encoded.append(UInt8(ascii: "%"))
        encoded.append(hexDigits[Int(byte >> 4)])
        encoded.append(hexDigits[Int(byte & 15)])
      case 0..<0x21, 0x7F...0xFF, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
        UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "|"), UInt8(ascii: "^"):
        encoded.append(UInt8(ascii: "%"))
        encoded.append(hexDigits[Int(byte >> 4)])
        encoded.append(hexDigits[Int(byte & 15)])
      default:
        if byte == UInt8(ascii: "#") { hasFragment = true }
        encoded.append(byte)
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// What every reader of links takes; Word refuses a file with a longer one.
  private static let bytesMax = 2_000

  private static let schemes = ["http://", "https://", "mailto:"]

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
  }

  private static let hexDigits = Array("0123456789ABCDEF".utf8)
}
