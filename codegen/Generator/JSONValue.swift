/// A member of a JSON object.
struct JSONMember: Sendable {
  let name: String
  var value: JSONValue
}

/// JSON to be written; objects keep their order.
indirect enum JSONValue: Sendable {
  case members([JSONMember])
  case array([JSONValue])
  case string(String)
  case number(String)
  case bool(Bool)
  case null

  /// An object.
  static func object(_ pairs: [(String, JSONValue)]) -> JSONValue { .members(pairs.map { JSONMember(name: $0.0, value: $0.1) }) }

  /// An object of those members that are there.
  static func present(_ pairs: [(String, JSONValue?)]) -> JSONValue {
    .members(pairs.compactMap { name, value in value.map { JSONMember(name: name, value: $0) } })
  }

  /// Indented by two spaces, with a line break at the end.
  var text: String {
    var text = ""
    write(to: &text, indentation: "")
    return text + "\n"
  }

  /// On one line, as people write it.
  var line: String {
    switch self {
    case .members(let members): "{" + members.map { Self.quoted($0.name) + ": " + $0.value.line }.joined(separator: ", ") + "}"
    case .array(let values): "[" + values.map(\.line).joined(separator: ", ") + "]"
    case .string(let string): Self.quoted(string)
    case .number(let number): number
    case .bool(let bool): bool ? "true" : "false"
    case .null: "null"
    }
  }

  /// The text of a string, without quotes; anything else as in `line`.
  var plainText: String {
    if case .string(let string) = self { string } else { line }
  }

  private func write(to text: inout String, indentation: String) {
    let inner = indentation + "  "
    switch self {
    case .members(let members) where members.isEmpty: text += "{}"
    case .members(let members):
      text += "{\n"
      for (index, member) in members.enumerated() {
        text += inner + Self.quoted(member.name) + ": "
        member.value.write(to: &text, indentation: inner)
        text += index == members.count - 1 ? "\n" : ",\n"
      }
      text += indentation + "}"
    case .array(let values) where values.isEmpty: text += "[]"
    case .array(let values):
      text += "[\n"
      for (index, value) in values.enumerated() {
        text += inner
        value.write(to: &text, indentation: inner)
        text += index == values.count - 1 ? "\n" : ",\n"
      }
      text += indentation + "]"
    case .string(let string): text += Self.quoted(string)
    case .number(let number): text += number
    case .bool(let bool): text += bool ? "true" : "false"
    case .null: text += "null"
    }
  }

  private static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case let scalar where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A string, number, boolean or null as a comment writes it; nil for anything else.
  init?(literal: String) {
    switch literal {
    case "true": self = .bool(true)
    case "false": self = .bool(false)
    case "null": self = .null
    default:
      if literal.count >= 2, literal.hasPrefix("\""), literal.hasSuffix("\"") {
        let inside = literal.dropFirst().dropLast()
        guard !inside.contains("\""), !inside.contains("\\") else { return nil }
        self = .string(String(inside))
      } else if Double(literal)?.isFinite == true, literal.allSatisfy({ $0.isNumber || $0 == "-" || $0 == "." }) {
        self = .number(literal)
      } else {
        return nil
      }
    }
  }
}
