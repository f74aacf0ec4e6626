/// Reads one flat JSON object (RFC 8259) whose members are strings, integers and booleans; members of other types are passed over.
///
/// Made for tokens, for what browsers say of a passkey, and for answers of providers. Strict: one value and nothing after it, no
/// name twice, valid UTF-8.
package struct JSONObjectReader {
  package enum Value: Equatable {
    case string(String)
    /// A whole number, or one with a fraction cut off (a NumericDate may have one).
    case integer(Int64)
    case boolean(Bool)
    /// Anything else, not kept.
    case other
  }

  private static let depthMax = 16
  private static let membersMax = 64

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The members by name; nil if the text is not one such object.
  package static func read(_ bytes: [UInt8]) -> [String: Value]? {
    var reader = JSONObjectReader(bytes)
    reader.skipSpace()
    guard let members = reader.object(depth: 0) else { return nil }
    reader.skipSpace()
    return reader.position == bytes.count ? members : nil
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  private mutating func object(depth: Int) -> [String: Value]? {
    guard depth < Self.depthMax, take(UInt8(ascii: "{")) else { return nil }
    var members: [String: Value] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return members }
    while members.count < Self.membersMax {
      skipSpace()
      guard let name = string() else { return nil }
      skipSpace()
      guard take(UInt8(ascii: ":")), let value = value(depth: depth + 1), members.updateValue(value, forKey: name) == nil else {
        return nil
      }
      skipSpace()
      if take(UInt8(ascii: "}")) { return members }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
    return nil
  }

  private mutating func value(depth: Int) -> Value? {
    skipSpace()
    switch next {
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "{"): return object(depth: depth).map { _ in .other }
    case UInt8(ascii: "["): return array(depth: depth) ? .other : nil
    case UInt8(ascii: "t"): return word("true") ? .boolean(true) : nil
    case UInt8(ascii: "f"): return word("false") ? .boolean(false) : nil
    case UInt8(ascii: "n"): return word("null") ? .other : nil
    default: return number()
    }
  }

  private mutating func array(depth: Int) -> Bool {
    guard depth < Self.depthMax, take(UInt8(ascii: "[")) else { return false }
    skipSpace()
    if take(UInt8(ascii: "]")) { return true }
    while true {
      guard value(depth: depth + 1) != nil else { return false }
      skipSpace()
      if take(UInt8(ascii: "]")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
    }
  }

  private mutating func word(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func digits() -> Bool {
    let start = position
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position > start
  }

  private mutating func number() -> Value? {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let first = position
    guard digits(), position == first + 1 || bytes[first] != UInt8(ascii: "0") else { return nil }
    let whole = Int64(String(decoding: bytes[start..<position], as: UTF8.self))
    if take(UInt8(ascii: ".")), !digits() { return nil }
    guard next == UInt8(ascii: "e") || next == UInt8(ascii: "E") else { return whole.map { .integer($0) } ?? .other }
    position += 1
    if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
    return digits() ? .other : nil
  }

  private mutating func string() -> String? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
      case 0..<0x20: return nil
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func escaped() -> Unicode.Scalar? {
    guard let byte = next else { return nil }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let high = hexadecimal() else { return nil }
      guard (0xd800..<0xdc00).contains(high) else { return Unicode.Scalar(high) }
      guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = hexadecimal(), (0xdc00..<0xe000).contains(low) else {
        return nil
      }
      return Unicode.Scalar(0x1_0000 + (high - 0xd800) << 10 + (low - 0xdc00))
    default: return nil
    }
  }

  private mutating func hexadecimal() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = bytes[position..<position + 4]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    position += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
