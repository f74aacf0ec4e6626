/// Why a file cannot have the name it came with.
public enum FileNameProblem: String, Error, Sendable {
  case empty = "文件名不能为空"
  case unusable = "文件名无效"
  case tooLong = "文件名长度不能超过255个字符"
}

/// The name of a file, as somebody may save it under: made of what a client says, which may be a path, or meant to deceive.
///
/// Source: RFC 6266, section 4.3 (only the last part of a path, both kinds of slashes); OWASP ASVS 5.0, 5.4.1.
package struct FileName: Equatable, Sendable {
  package static let charactersMax = 255

  package let text: String

  /// Takes the last part of a path, without what does not show: control characters, line separators, and what turns the reading
  /// direction round, by which a program passes for a picture. Nothing else is changed.
  ///
  package init(_ said: String) throws(FileNameProblem) {
    var scalars = String.UnicodeScalarView()
    var count = 0
    for scalar in said.unicodeScalars {
      if scalar == "/" || scalar == "\\" {
        scalars = String.UnicodeScalarView()
        count = 0
      } else if !Self.isHidden(scalar) {
        scalars.append(scalar)
        count += 1
      }
    }
    let text = String(scalars)
    guard !said.isEmpty else { throw .empty }
    guard scalars.contains(where: { $0 != "." && !$0.properties.isWhitespace }) else { throw .unusable }
    guard count <= Self.charactersMax else { throw .tooLong }
    self.text = text
  }

  /// What follows the last dot, in lower case, if it is of at most ten ASCII letters and digits: for the key of the contents.
  package var keyExtension: String? {
    guard let dot = text.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    let tail = text.utf8[text.utf8.index(after: dot)...]
    guard (1...10).contains(tail.count), tail.allSatisfy(Self.isLetterOrDigit) else { return nil }
    return String(decoding: tail.map { $0 < UInt8(ascii: "a") && $0 > UInt8(ascii: "9") ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: false
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    // The joiners are part of how some languages and many emoji are written.
    case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
    default: false
    }
  }
}
