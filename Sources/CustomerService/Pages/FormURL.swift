import Platform

/// Names and values in the form that queries and HTML forms have.
///
/// Source: URL Standard, "application/x-www-form-urlencoded".
enum FormURL {
  /// `name=value&name=value`, in ASCII whatever they hold.
  static func encode(_ parameters: [(name: String, value: String)]) -> String {
    var text = ""
    for (name, value) in parameters {
      if !text.isEmpty { text += "&" }
      append(name, to: &text)
      text += "="
      append(value, to: &text)
    }
    return text
  }

  /// The names and values of what `encode` made; nil for broken escapes or UTF-8.
  static func decode(_ text: String) -> [(name: String, value: String)]? {
    var parameters: [(name: String, value: String)] = []
    for piece in text.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first.flatMap({ value(of: $0) }), let value = parts.count > 1 ? value(of: parts[1]) : "" else { return nil }
      parameters.append((name, value))
    }
    return parameters
  }

  /// A URL with more parameters in its query: what it has already stays as it is.
  ///
  /// - Parameter url: Without a fragment, in ASCII.
  static func url(_ url: String, adding parameters: [(name: String, value: String)]) -> String {
    guard !parameters.isEmpty else { return url }
    let separator =
      !url.utf8.contains(UInt8(ascii: "?")) ? "?" : url.utf8.last == UInt8(ascii: "?") || url.utf8.last == UInt8(ascii: "&") ? "" : "&"
    return url + separator + encode(parameters)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func append(_ value: String, to text: inout String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(value.utf8.count)
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        // A space as %20, not `+`: both are read as a space here, and only this one where plain percent-decoding is done.
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      }
    }
    text += String(decoding: bytes, as: UTF8.self)
  }

  /// The text behind one encoded name or value; nil for a broken escape or bytes that are no UTF-8.
  static func value(of piece: Substring.UTF8View.SubSequence) -> String? {
    var bytes: [UInt8] = []
    var iterator = piece.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(HexDigit.value), let low = iterator.next().flatMap(HexDigit.value) else {
          return nil
        }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
