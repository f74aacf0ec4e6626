/// What a token may be used for: names, each once, in the order they were asked for.
///
/// Source: RFC 6749, section 3.3; the names of OpenID Connect Core 1.0, section 5.4.
struct OAuthScope: Equatable, Sendable {
  /// Each of printable ASCII without space, quotation mark and backslash.
  let names: [String]

  /// Makes the request one of OpenID Connect.
  static let openID = "openid"
  /// The claims about a user that this provider has, by scope. OpenID Connect's fifth, `address`, opens nothing here.
  static let ofUsers = [openID, "profile", "email", "phone"]
  static let nameBytesMax = 64
  static let namesMax = 32

  init(_ names: [String] = []) {
    var unique: [String] = []
    for name in names where !unique.contains(name) { unique.append(name) }
    self.names = unique
  }

  /// Reads the parameter `scope`; nil if it is malformed. Empty text is the empty scope.
  init?(parsing text: String) {
    let names = text.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
    guard names.count <= Self.namesMax, names.allSatisfy({ Self.isName($0) }) else { return nil }
    self.init(names)
  }

  /// As parameter and column: names with single spaces between.
  var text: String { names.joined(separator: " ") }

  var isEmpty: Bool { names.isEmpty }

  func contains(_ name: String) -> Bool { names.contains(name) }

  func isSubset(of other: OAuthScope) -> Bool { names.allSatisfy { other.contains($0) } }

  /// What of it `other` has too, in this one's order.
  func intersection(_ other: OAuthScope) -> OAuthScope { OAuthScope(names.filter { other.contains($0) }) }

  func union(_ other: OAuthScope) -> OAuthScope { OAuthScope(names + other.names) }

  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= nameBytesMax && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
  }
}
