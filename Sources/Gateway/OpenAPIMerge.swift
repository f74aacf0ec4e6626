/// Makes one OpenAPI description of those of several applications, as our generator writes them: no name in two of them, everything indented
/// alike.
public enum OpenAPIMerge {
  /// The description of all; a single one stays as it is.
  ///
  /// - Returns: nil for none.
  public static func merged(_ documents: [[UInt8]]) -> [UInt8]? {
    guard documents.count > 1 else { return documents.first }
    let parts = documents.map { members(of: $0[...]) }
    guard let first = parts.first else { return nil }
    var result: [UInt8] = []
    write(first.map(\.name), of: parts, indentation: "", into: &result) { name, values, result in
      switch name {
      case "info":
        let infos = values.map { members(of: $0) }
        write(["title", "version"], of: infos, indentation: "  ", into: &result) { _, texts, result in
          // One text of several, without the quotes between them.
          result.append(UInt8(ascii: "\""))
          result += texts.map { $0.dropFirst().dropLast() }.joined(separator: Array(" and ".utf8))
          result.append(UInt8(ascii: "\""))
        }
      case "components":
        let components = values.map { members(of: $0) }
        var names: [String] = []
        for name in components.joined().map(\.name) where !names.contains(name) { names.append(name) }
        write(names, of: components, indentation: "  ", into: &result) { _, values, result in
          concatenate(values, indentation: "    ", into: &result)
        }
      case "tags", "paths": concatenate(values, indentation: "  ", into: &result)
      default: result += values.first ?? []
      }
    }
    result.append(UInt8(ascii: "\n"))
    return result
  }

  private typealias Member = (name: String, value: ArraySlice<UInt8>)

  /// Writes an object with these names; `value` writes what it finds under each of them.
  private static func write(
    _ names: [String], of parts: [[Member]], indentation: String, into result: inout [UInt8],
    value: (String, [ArraySlice<UInt8>], inout [UInt8]) -> Void
  ) {
    result.append(UInt8(ascii: "{"))
    for (index, name) in names.enumerated() {
      result += Array("\(index == 0 ? "" : ",")\n\(indentation)  \"\(name)\": ".utf8)
      value(name, parts.flatMap { part in part.filter { $0.name == name }.map(\.value) }, &result)
    }
    result += Array("\n\(indentation)}".utf8)
  }

  /// One object of the members, or one array of the elements, of several.
  private static func concatenate(_ values: [ArraySlice<UInt8>], indentation: String, into result: inout [UInt8]) {
    guard let first = values.first, let open = first.first, let close = first.last else { return }
    result.append(open)
    let contents = values.map { $0.dropFirst().dropLast().droppingLastSpaces() }.filter { !$0.isEmpty }
    result += contents.joined(separator: [UInt8(ascii: ",")])
    if !contents.isEmpty { result += Array(("\n" + indentation).utf8) }
    result.append(close)
  }

  /// The members of an object, in their order.
  private static func members(of object: ArraySlice<UInt8>) -> [Member] {
    var found: [Member] = []
    var name: ArraySlice<UInt8>?
    var start = object.startIndex
    var depth = 0
    var index = object.startIndex
    func end(at index: Int) {
      guard let name else { return }
      found.append((String(decoding: name, as: UTF8.self), object[start..<index].droppingLastSpaces()))
    }
    while index < object.endIndex {
      switch object[index] {
      case UInt8(ascii: "\""):
        let close = endOfString(object, from: index + 1)
        if depth == 1, name == nil { name = object[(index + 1)..<close] }
        index = close
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { end(at: index) }
      case UInt8(ascii: ",") where depth == 1:
        end(at: index)
        name = nil
      // Our writer puts one space behind the colon.
      case UInt8(ascii: ":") where depth == 1: start = index + 2
      default: break
      }
      index += 1
    }
    return found
  }

  /// Where the quote stands that ends a string.
  private static func endOfString(_ text: ArraySlice<UInt8>, from start: Int) -> Int {
    var index = start
    while index < text.endIndex, text[index] != UInt8(ascii: "\"") { index += text[index] == UInt8(ascii: "\\") ? 2 : 1 }
    return min(index, text.endIndex)
  }
}

extension ArraySlice<UInt8> {
  fileprivate func droppingLastSpaces() -> ArraySlice<UInt8> {
    var rest = self
    while let last = rest.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\n") { rest.removeLast() }
    return rest
  }
}
