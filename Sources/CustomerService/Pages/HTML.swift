/// A piece of HTML in which only what stands in our source is markup.
///
/// Literals are taken as they are, and they are `StaticString`s, so no text that came from anywhere can be one; whatever is interpolated is
/// escaped, unless it is `HTML` itself. There is no other way to make one:
///
///     let cell: HTML = "<p title=\"\(name)\">\(name)</p>"
///
/// Values stand in text or in attributes with double quotes, nowhere else: not in tag names, bare attributes, scripts or styles.
struct HTML: Sendable, ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral value: StaticString) { text = value.description }
  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  /// Pieces one behind the other.
  init(_ pieces: [HTML]) { text = pieces.map(\.text).joined() }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 32)
    }

    mutating func appendLiteral(_ literal: StaticString) { text += literal.description }
    mutating func appendInterpolation(_ value: String) { HTML.append(value, to: &text) }
    mutating func appendInterpolation(_ html: HTML) { text += html.text }
    /// Nothing for nil.
    mutating func appendInterpolation(_ html: HTML?) { text += html?.text ?? "" }
    mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { text += piece.text } }

    /// ` name="value"` with the space before it, or nothing for nil.
    mutating func appendInterpolation(attribute name: StaticString, _ value: String?) {
      guard let value else { return }
      text += " \(name)=\""
      HTML.append(value, to: &text)
      text += "\""
    }

    /// ` name` with the space before it, if it holds.
    mutating func appendInterpolation(flag name: StaticString, if holds: Bool) {
      if holds { text += " \(name)" }
    }
  }

  /// The characters that mean something in text or in a quoted attribute (HTML Standard, "Escaping a string", and the apostrophe) as
  /// references. Everything else, control characters too, is only text to a parser.
  private static func append(_ value: String, to text: inout String) {
    for scalar in value.unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
