/// Cuts a text of several JSON values, one after another with or without white space between them, into the values.
///
/// It finds where values end and leaves it to their reader to say what is wrong inside: whatever is no JSON ends with the text.
struct JSONSplitter {
  /// The ceiling on one value in bytes: what the largest request (100 MiB in a `bytes` field) takes as JSON.
  static let valueBytesMax = 256 << 20

  /// A value beyond the ceiling.
  struct TooLarge: Error {}

  private enum Place {
    /// Between values.
    case outside
    /// In a number or a word.
    case word
    /// In a string, at the depth that `depth` says.
    case string
    /// Behind a backslash.
    case escape
    /// Inside an object or array.
    case nested
  }

  private var place = Place.outside
  private var depth = 0
  private var value: [UInt8] = []
  private var whole: [[UInt8]] = []
  private var taken = 0

  /// The next value that is whole.
  mutating func next() -> [UInt8]? {
    guard taken < whole.count else {
      whole.removeAll(keepingCapacity: true)
      taken = 0
      return nil
    }
    taken += 1
    return whole[taken - 1]
  }

  /// Takes more of the text.
  mutating func feed(_ bytes: some Sequence<UInt8>) throws(TooLarge) {
    for byte in bytes { take(byte) }
    guard value.count <= Self.valueBytesMax else { throw TooLarge() }
  }

  /// The text has ended: what is left over is a value too, if only a broken one.
  mutating func finish() {
    if !value.isEmpty { end() }
  }

  private mutating func end() {
    whole.append(value)
    value = []
    place = .outside
    depth = 0
  }

  private mutating func take(_ byte: UInt8) {
    switch place {
    case .outside: begin(byte)
    case .word:
      if Self.isSpace(byte) { return end() }
      if Self.opens(byte) {
        end()
        return begin(byte)
      }
      value.append(byte)
    case .escape:
      value.append(byte)
      place = .string
    case .string:
      value.append(byte)
      if byte == UInt8(ascii: "\\") { place = .escape }
      guard byte == UInt8(ascii: "\"") else { return }
      if depth == 0 { end() } else { place = .nested }
    case .nested:
      value.append(byte)
      switch byte {
      case UInt8(ascii: "\""): place = .string
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { end() }
      default: break
      }
    }
  }

  private mutating func begin(_ byte: UInt8) {
    guard !Self.isSpace(byte) else { return }
    value.append(byte)
    switch byte {
    case UInt8(ascii: "\""): place = .string
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth = 1
      place = .nested
    default: place = .word
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  private static func opens(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\"")
  }
}
