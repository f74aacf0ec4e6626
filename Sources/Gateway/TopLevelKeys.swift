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
