/// A path of a `google.api.http` rule, taken apart: `/api/tickets/{ticket_id}`, `/v1/{name=shelves/*/books/**}:archive`.
///
/// Source: google/api/http.proto, "Path template syntax".
public struct PathTemplate: Sendable, Equatable {
  /// One piece between two slashes.
  public enum Segment: Sendable, Equatable {
    /// Just this text.
    case literal(String)
    /// `*`: any one non-empty piece.
    case any
    /// `**`: everything that is left, possibly nothing; only at the end.
    case rest
  }

  /// A variable: which pieces of the path go into which field.
  public struct Variable: Sendable, Equatable {
    /// Names of the field and, before it, of the messages it lies in.
    public let fieldPath: [String]
    /// The segments it covers, joined with slashes when there are several.
    public let segments: Range<Int>
  }

  /// The template as written.
  public let text: String
  public let segments: [Segment]
  /// In order of appearance.
  public let variables: [Variable]
  /// What follows the last colon: `archive` of `/v1/{name}:archive`.
  public let verb: String?

  /// - Throws: `PathTemplateError`, naming the character where the template goes wrong.
  public init(_ text: String) throws(PathTemplateError) {
    var parser = Parser(text)
    try parser.parse()
    self.text = text
    segments = parser.segments
    variables = parser.variables
    verb = parser.verb
  }
}

/// A path template that breaks the syntax of google/api/http.proto.
public struct PathTemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The template as written.
  public let template: String
  /// Bytes before the place where it goes wrong.
  public let offset: Int
  /// What is wrong there.
  public let reason: String

  public var description: String { "\(template): \(reason) (at character \(offset + 1))" }
}

extension PathTemplate {
  /// Template = "/" Segments [ ":" Verb ]; Segments = Segment { "/" Segment }; Segment = "*" | "**" | literal | "{" FieldPath [ "=" Segments ] "}".
  private struct Parser {
    let text: String
    let bytes: [UInt8]
    var index = 0
    var segments: [Segment] = []
    var variables: [Variable] = []
    var verb: String?

    init(_ text: String) {
      self.text = text
      bytes = Array(text.utf8)
    }

    mutating func parse() throws(PathTemplateError) {
      guard take("/") else { throw wrong("a path begins with a slash") }
      if index == bytes.count { return }
      try parseSegments(inVariable: false)
      if take(":") {
        verb = try literal("a verb")
      }
      guard index == bytes.count else { throw wrong("a segment ends here") }
      if let rest = segments.firstIndex(of: .rest), rest != segments.count - 1 { throw wrong("** is the last segment or none") }
    }

    private mutating func parseSegments(inVariable: Bool) throws(PathTemplateError) {
      repeat {
        if take("*") {
          segments.append(take("*") ? .rest : .any)
        } else if peek("{") {
          guard !inVariable else { throw wrong("a variable inside a variable") }
          try parseVariable()
        } else {
          segments.append(.literal(try literal("a segment")))
        }
      } while take("/")
    }

    private mutating func parseVariable() throws(PathTemplateError) {
      _ = take("{")
      var fieldPath: [String] = []
      repeat { fieldPath.append(try identifier()) } while take(".")
      let first = segments.count
      if take("=") {
        try parseSegments(inVariable: true)
      } else {
        segments.append(.any)
      }
      guard take("}") else { throw wrong("} is missing") }
      guard !variables.contains(where: { $0.fieldPath == fieldPath }) else {
        throw wrong("the field \(fieldPath.joined(separator: ".")) is bound twice")
      }
      variables.append(Variable(fieldPath: fieldPath, segments: first..<segments.count))
    }

    private mutating func literal(_ what: String) throws(PathTemplateError) -> String {
      let start = index
      while index < bytes.count, !"/{}*=:?#%".utf8.contains(bytes[index]), bytes[index] > 0x20, bytes[index] < 0x7f { index += 1 }
      guard index > start else { throw wrong("\(what) is empty or has a character that a literal may not have") }
      return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func identifier() throws(PathTemplateError) -> String {
      let start = index
      while index < bytes.count, Self.isIdentifier(bytes[index], first: index == start) { index += 1 }
      guard index > start else { throw wrong("a field name is missing") }
      return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isIdentifier(_ byte: UInt8, first: Bool) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
      default: false
      }
    }

    private func peek(_ character: Unicode.Scalar) -> Bool {
      index < bytes.count && bytes[index] == UInt8(ascii: character)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard peek(character) else { return false }
      index += 1
      return true
    }

    private func wrong(_ reason: String) -> PathTemplateError {
      PathTemplateError(template: text, offset: index, reason: reason)
    }
  }
}
