/// The three styles of name that buf's rules ask for.
enum NameStyle {
  static func isPascalCase(_ name: String) -> Bool {
    guard let first = name.utf8.first, isUpper(first) else { return false }
    return name.utf8.allSatisfy { isUpper($0) || isLower($0) || isDigit($0) }
  }

  static func isLowerSnakeCase(_ name: String) -> Bool {
    isSnakeCase(name, letter: isLower)
  }

  static func isUpperSnakeCase(_ name: String) -> Bool {
    isSnakeCase(name, letter: isUpper)
  }

  /// `TicketType` as the prefix of its values: `TICKET_TYPE`.
  static func upperSnakeCase(pascal name: String) -> String {
    var out = ""
    var previous: UInt8 = 0
    for byte in name.utf8 {
      if isUpper(byte), isLower(previous) || isDigit(previous) { out += "_" }
      out += String(UnicodeScalar(byte)).uppercased()
      previous = byte
    }
    return out
  }

  private static func isSnakeCase(_ name: String, letter: (UInt8) -> Bool) -> Bool {
    guard let first = name.utf8.first, letter(first) else { return false }
    let words = name.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    return words.allSatisfy { !$0.isEmpty && $0.allSatisfy { letter($0) || isDigit($0) } }
  }

  private static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
  private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
