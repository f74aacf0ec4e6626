/// An e-mail address that may stand in an envelope and a header, with the name of whose it is.
///
/// ASCII only: the local part is a dot-atom (RFC 5321, section 4.1.2), the domain host labels. Internationalised addresses,
/// quoted local parts and address literals are refused; nothing that this takes can end a line, a header or a command.
public struct MailAddress: Sendable, Equatable {
  public let address: String
  /// What people are shown, any text of one line; nil for none.
  public let name: String?

  /// What stands behind the @.
  public var domain: String { String(address.drop { $0 != "@" }.dropFirst()) }

  /// - Returns: Nil if `address` is none, or if `name` is not one line of at most 100 characters.
  public init?(_ address: String, name: String? = nil) {
    guard Self.isValid(address) else { return nil }
    if let name, name.unicodeScalars.count > 100 || !name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) { return nil }
    self.address = address
    self.name = name == "" ? nil : name
  }

  /// - Parameter setting: `Name <address>`, `"Name" <address>` or an address alone.
  public init?(setting: String) {
    guard setting.hasSuffix(">"), let open = setting.lastIndex(of: "<") else {
      self.init(setting)
      return
    }
    var name = setting[..<open]
    while name.first == " " { name.removeFirst() }
    while name.last == " " { name.removeLast() }
    if name.count >= 2, name.first == "\"", name.last == "\"" { name = name.dropFirst().dropLast() }
    self.init(String(setting[setting.index(after: open)...].dropLast()), name: String(name))
  }

  private static func isValid(_ address: String) -> Bool {
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, address.utf8.count <= 254, (1...64).contains(parts[0].utf8.count), (1...253).contains(parts[1].utf8.count)
    else {
      return false
    }
    let atoms = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    return atoms.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isAtomText) }
      && labels.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isLabelText) }
  }

  /// RFC 5322, section 3.2.3.
  private static func isAtomText(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte) }

  private static func isLabelText(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || byte == UInt8(ascii: "-") }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
  }
}
