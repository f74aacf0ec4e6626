/// A media type as an administrator may say it of a file: it becomes a header of every download.
///
/// Source: RFC 9110, section 8.3.1; names are those of RFC 6838, section 4.2, parameters without quotes.
enum MediaTypeText {
  /// What says nothing about the contents.
  static let unknown = "application/octet-stream"

  /// Such as `application/pdf` or `text/plain; charset=utf-8`.
  static func isValid(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    let names = parts[0].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard names.count == 2, names.allSatisfy(isToken) else { return false }
    return parts.dropFirst().allSatisfy { parameter in
      let pair = parameter.drop { $0 == UInt8(ascii: " ") }.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
      return pair.count == 2 && pair.allSatisfy(isToken)
    }
  }

  private static func isToken(_ bytes: Substring.UTF8View.SubSequence) -> Bool {
    !bytes.isEmpty
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: "!#$&^_.+-".utf8.contains(byte)
        }
      }
  }
}
