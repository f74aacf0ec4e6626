/// Ids as people copy them.
enum AdminID {
  /// 24 lower-case hexadecimal digits, as lists show them; upper-case ones and spaces around come from copying.
  ///
  /// - Parameters:
  ///   - name: What it is the id of: "ticket".
  ///   - list: The command that shows such ids.
  static func object(_ text: String, of name: String, list: String) throws -> String {
    let id = trimmed(text).lowercased()
    let isID = id.utf8.count == 24 && id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard isID else {
      throw AdminMistake(
        description: "\"\(text)\" is no id of a \(name): that is 24 digits 0-9 and a-f, as weft admin \(list) shows them")
    }
    return id
  }

  private static func trimmed(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }
}
