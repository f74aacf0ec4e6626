/// Takes single texts out of an encoded message, for whoever sends them on by another way than the rest.
public enum WireTexts {
  /// Removes every field of these numbers from the outermost message.
  ///
  /// - Returns: For each number its text, the last one where the encoding repeats it; nil where there is none.
  /// - Throws: `WireError.truncated` where `wire` is no message, or a field of such a number no text; `wire` is then as it was.
  public static func take(_ numbers: [Int], from wire: inout [UInt8]) throws(WireError) -> [String?] {
    var texts = [String?](repeating: nil, count: numbers.count)
    var taken: [Range<Int>] = []
    let isWhole = wire.withUnsafeBufferPointer { bytes in
      let range = WireRange(UnsafeRawBufferPointer(bytes))
      var cursor = WireCursor(range.start, range.end)
      while !cursor.atEnd {
        let start = cursor.p
        guard let tag = cursor.tag() else { return false }
        guard let index = numbers.firstIndex(of: Int(tag >> 3)) else {
          guard cursor.skip(tag) else { return false }
          continue
        }
        guard tag & 7 == WireType.lengthDelimited, let value = cursor.delimited() else { return false }
        texts[index] = String(decoding: value.bytes, as: UTF8.self)
        taken.append(start - range.start..<cursor.p - range.start)
      }
      return true
    }
    guard isWhole else { throw .truncated }
    for range in taken.reversed() { wire.removeSubrange(range) }
    return texts
  }
}
