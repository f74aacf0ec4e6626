/// Why JSON could not be read as a message, or a message not written as JSON. Offsets count bytes of the input.
public enum JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The text is no JSON (RFC 8259).
  case syntax(offset: Int, what: String)
  /// A value of another JSON type than the field takes. `path` is such as "items[2].title", empty for the whole document.
  case type(path: String, expected: JSONKind, found: JSONKind, offset: Int)
  /// The right JSON type, but not what the field takes: out of range, no such enum value, no RFC 3339 time.
  case value(path: String, expected: String, offset: Int)
  /// A key that names no field; only where `JSONReadOptions.ignoreUnknown` is off.
  case unknownField(path: String, offset: Int)
  /// A field given twice in one object, also if once by each of its names.
  case duplicateField(path: String, offset: Int)
  /// A second member of a oneof.
  case oneofConflict(path: String, offset: Int)
  /// More than `limit` messages, objects or arrays inside one another.
  case depth(limit: Int, offset: Int)
  /// Writing: a value that JSON has no form for, such as a time beyond the year 9999.
  case unrepresentable(path: String, what: String)
  /// Writing: the bytes are not the message's binary format.
  case malformed(path: String)

  /// Where in the message; empty for the whole document and where the text is no JSON at all.
  public var path: String {
    switch self {
    case .syntax, .depth: ""
    case .type(let path, _, _, _), .value(let path, _, _), .unknownField(let path, _), .duplicateField(let path, _),
      .oneofConflict(let path, _), .unrepresentable(let path, _), .malformed(let path):
      path
    }
  }

  /// Where in the input, in bytes; nil for errors of writing.
  public var offset: Int? {
    switch self {
    case .syntax(let offset, _), .type(_, _, _, let offset), .value(_, _, let offset), .unknownField(_, let offset),
      .duplicateField(_, let offset), .oneofConflict(_, let offset), .depth(_, let offset):
      offset
    case .unrepresentable, .malformed: nil
    }
  }

  public var description: String {
    switch self {
    case .syntax(let offset, let what): "byte \(offset): \(what)"
    case .type(let path, let expected, let found, let offset):
      "byte \(offset): \(path.isEmpty ? "the document" : path) takes \(expected.rawValue), not \(found.rawValue)"
    case .value(let path, let expected, let offset): "byte \(offset): \(path.isEmpty ? "the document" : path) takes \(expected)"
    case .unknownField(let path, let offset): "byte \(offset): there is no field \(path)"
    case .duplicateField(let path, let offset): "byte \(offset): \(path) is given twice"
    case .oneofConflict(let path, let offset): "byte \(offset): \(path) excludes another field that is given"
    case .depth(let limit, let offset): "byte \(offset): nested deeper than \(limit)"
    case .unrepresentable(let path, let what): "\(path.isEmpty ? "the message" : path): \(what)"
    case .malformed(let path): "\(path.isEmpty ? "the message" : path): not in protobuf's binary format"
    }
  }
}

/// Kinds of JSON values, as an error names them.
public enum JSONKind: String, Sendable, Equatable {
  case object = "an object"
  case array = "an array"
  case string = "a string"
  case number = "a number"
  /// Only expected, never found: JSON itself has no integers.
  case integer = "an integer"
  case boolean = "a boolean"
  case null = "null"
}

/// What the loops throw: nothing that needs memory. What it means waits in the reader or writer.
struct JSONFailure: Error {}

/// A step of a path, collected from the inside out while a failure unwinds.
enum JSONPathStep {
  case field(PlanBytes)
  case name(String)
  case index(Int)
  case key(String)

  /// The path as text: `items[2].title`, `labels["a"].name`.
  static func text(outerLast steps: [JSONPathStep]) -> String { text(outerFirst: steps.reversed()) }

  static func text(outerFirst steps: some Sequence<JSONPathStep>) -> String {
    var path = ""
    for step in steps {
      switch step {
      case .field(let name):
        if !path.isEmpty { path += "." }
        path += String(decoding: UnsafeBufferPointer(start: name.start, count: name.count), as: UTF8.self)
      case .name(let name): path += path.isEmpty ? name : ".\(name)"
      case .index(let index): path += "[\(index)]"
      case .key(let key): path += "[\"\(key)\"]"
      }
    }
    return path
  }
}
