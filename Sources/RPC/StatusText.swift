import Platform

/// The percent-encoding of `grpc-message`: every byte outside printable ASCII, and `%` itself, as `%XX`.
///
/// Source: gRPC over HTTP/2, "Responses", Percent-Encoded.
enum StatusText {
  /// The text of a status message is cut here, at a whole character, so that it never outgrows a peer's header limit.
  static let bytesMax = 2048

  private static let hex = Array("0123456789ABCDEF".utf8)

  /// What travels in `grpc-message` for `text`.
  static func encode(_ text: String) -> String {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      let before = encoded.count
      for byte in String(scalar).utf8 {
        if byte >= 0x20, byte <= 0x7e, byte != UInt8(ascii: "%") {
          encoded.append(byte)
        } else {
          encoded.append(UInt8(ascii: "%"))
          encoded.append(hex[Int(byte >> 4)])
          encoded.append(hex[Int(byte & 15)])
        }
      }
      if encoded.count > bytesMax {
        encoded.removeSubrange(before...)
        break
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// The text behind `encoded`. A `%` that no two hex digits follow stands for itself, as the specification asks of a reader.
  static func decode(_ encoded: String) -> String {
    let bytes = Array(encoded.utf8)
    guard bytes.contains(UInt8(ascii: "%")) else { return encoded }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = HexDigit.value(bytes[index + 1]),
        let low = HexDigit.value(bytes[index + 2])
      {
        text.append(high << 4 | low)
        index += 3
      } else {
        text.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
