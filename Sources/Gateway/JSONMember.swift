/// Looks one member up in JSON of our own making, for replies of which only a field is the answer.
enum JSONMember {
  /// Where the value of `key` lies in `json`, an object as our own writer makes it: no space, no escapes in keys, each key once.
  ///
  /// - Returns: nil if there is no such key.
  static func range(of key: [UInt8], in json: Span<UInt8>) -> Range<Int>? {
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
}
