/// A header's value and the parameters behind it: `form-data; name="file"; filename="a b.pdf"`.
///
/// Source: RFC 9110, section 5.6.6; for file names also RFC 7578, section 4.2, and the HTML Standard, "Multipart form data".
struct HeaderParameters: Equatable {
  /// The text is none.
  struct Malformed: Error {}

  /// In lower case.
  let value: String
  /// In order; names in lower case, values without quotes and escapes.
  private(set) var parameters: [(name: String, value: String, isQuoted: Bool)] = []

  static func == (left: Self, right: Self) -> Bool {
    left.value == right.value && left.parameters.elementsEqual(right.parameters) { $0 == $1 }
  }

  /// The value of a parameter; nil where there is none.
  ///
  /// - Throws: `Malformed` where there are two: which is meant, two programs would answer differently.
  func one(_ name: String) throws(Malformed) -> String? {
    let found = parameters.filter { $0.name == name }
    guard found.count <= 1 else { throw Malformed() }
    return found.first?.value
  }

  /// - Throws: `Malformed` for a parameter without value, a quote that does not end, characters that may not stand there.
  init(_ text: String) throws(Malformed) {
    var rest = Substring(text).utf8
    value = String(Substring(Self.take(&rest) { $0 != UInt8(ascii: ";") })).trimmed.lowercased()
    guard !value.isEmpty else { throw Malformed() }
    while rest.popFirst() != nil {
      Self.skipSpace(&rest)
      // `a; b=c;` ends in nothing; many clients write that.
      guard let first = rest.first, first != UInt8(ascii: ";") else { continue }
      let name = String(Substring(Self.take(&rest, while: Self.isToken))).lowercased()
      guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { throw Malformed() }
      let isQuoted = rest.first == UInt8(ascii: "\"")
      let value = isQuoted ? try Self.quoted(&rest) : String(Substring(Self.take(&rest, while: Self.isToken)))
      guard isQuoted || !value.isEmpty else { throw Malformed() }
      Self.skipSpace(&rest)
      guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { throw Malformed() }
      parameters.append((name, value, isQuoted))
    }
  }

  /// The inside of a quoted string. Only a quote and a backslash are escaped by a backslash: browsers send that of `C:\file` as it is.
  private static func quoted(_ rest: inout Substring.UTF8View) throws(Malformed) -> String {
    rest.removeFirst()
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
      if byte == UInt8(ascii: "\\"), let next = rest.first, next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") {
        rest.removeFirst()
        bytes.append(next)
      } else {
        bytes.append(byte)
      }
    }
    throw Malformed()
  }

  private static func take(_ rest: inout Substring.UTF8View, while condition: (UInt8) -> Bool) -> Substring.UTF8View {
    let taken = rest.prefix(while: condition)
    rest = rest[taken.endIndex...]
    return taken
  }

  private static func skipSpace(_ rest: inout Substring.UTF8View) {
    _ = take(&rest) { $0 == 32 || $0 == 9 }
  }

  /// RFC 9110, section 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

extension String {
  fileprivate var trimmed: String { String(self[...].trimmingSpaces()) }
}
