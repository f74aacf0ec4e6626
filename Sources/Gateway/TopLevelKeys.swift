/// The keys of a JSON object's outermost level: what a PATCH request names, whatever the values are.
enum TopLevelKeys {
  /// Reads the keys of `json`, which the JSON reader has already accepted as an object; anything else gives what was found until there.
  ///
  /// - Returns: The keys, unescaped, in order; a repeated key is there twice.
  static func read(_ json: Span<UInt8>) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var depth = 0
    var expectsKey = false
    var index = 0
    while index < json.count {
      switch json[index] {
      case UInt8(ascii: "{"):
        depth += 1
        expectsKey = depth == 1
      case UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
      case UInt8(ascii: ","):
        expectsKey = depth == 1
      case UInt8(ascii: "\""):
        let end = endOfString(json, from: index + 1)
        if expectsKey {
          keys.append(unescape(json.extracting(index + 1..<end)))
          expectsKey = false
        }
        index = end
      default:
        break
      }
      index += 1
    }
    return keys
  }

  /// Where the value of `key` lies in `json`, an object as our own writer makes it: no space, no escapes in keys, each key once.
  ///
  /// - Returns: nil if there is no such key.
  static func value(of key: [UInt8], in json: Span<UInt8>) -> Range<Int>? {
    var start: Int?
    var keyStart = 1
    var depth = 0
    var index = 0
    while index < json.count {
      switch json[index] {
      case UInt8(ascii: "\""):
        index = endOfString(json, from: index + 1)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0, let start { return start..<index }
      case UInt8(ascii: ",") where depth == 1:
        if let start { return start..<index }
        keyStart = index + 1
      case UInt8(ascii: ":") where depth == 1 && start == nil:
        if isKey(json.extracting(keyStart..<index), key) { start = index + 1 }
      default:
        break
      }
      index += 1
    }
    return nil
  }

  /// Whether `quoted` is `key` between quotes.
  private static func isKey(_ quoted: Span<UInt8>, _ key: [UInt8]) -> Bool {
    guard quoted.count == key.count + 2 else { return false }
    for index in key.indices where quoted[index + 1] != key[index] { return false }
    return true
  }

  /// The place of the quote that closes a string whose text begins at `start`, or the end of `json`.
  private static func endOfString(_ json: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index < json.count, json[index] != UInt8(ascii: "\"") {
      index += json[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(index, json.count)
  }

  /// Names of fields are ASCII, so escapes above U+007F need no exact answer: they become a `?`, which no name contains.
  private static func unescape(_ raw: Span<UInt8>) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(raw.count)
    var index = 0
    while index < raw.count {
      guard raw[index] == UInt8(ascii: "\\"), index + 1 < raw.count else {
        key.append(raw[index])
        index += 1
        continue
      }
      guard raw[index + 1] == UInt8(ascii: "u") else {
        key.append(raw[index + 1])
        index += 2
        continue
      }
      var scalar: UInt32 = 0
      for digit in index + 2..<min(index + 6, raw.count) {
        scalar = scalar << 4 | UInt32(PercentCoding.hexValue(raw[digit]) ?? 0)
      }
      key.append(scalar < 0x80 ? UInt8(scalar) : UInt8(ascii: "?"))
      index += 6
    }
    return key
  }
}
