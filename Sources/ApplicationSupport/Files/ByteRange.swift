/// What a `Range` header asks for of something that has a certain size.
///
/// Source: RFC 9110, sections 14.1.2 and 14.2.
package enum ByteRange: Equatable, Sendable {
  /// Everything: no range is asked for, or none that this server gives a part for (another unit, several ranges, a malformed one).
  case whole
  /// One part, not empty.
  case part(Range<Int64>)
  /// A range beyond the end.
  case unsatisfiable

  /// - Parameters:
  ///   - header: Its value; empty where there is none.
  ///   - size: Bytes of the whole.
  package init(_ header: String, size: Int64) {
    self = .whole
    let unit = "bytes="
    guard header.utf8.count > unit.utf8.count, zip(header.utf8, unit.utf8).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 }) else { return }
    let range = header.utf8.dropFirst(unit.utf8.count).drop { Self.isSpace($0) }
    guard let dash = range.firstIndex(of: UInt8(ascii: "-")) else { return }
    let before = range[..<dash]
    var after = range[range.index(after: dash)...]
    while let last = after.last, Self.isSpace(last) { after.removeLast() }
    // Nothing has no part: the whole of an empty file is what the client can have.
    guard size > 0 else {
      if Self.number(before) != nil { self = .unsatisfiable }
      return
    }
    if before.isEmpty {
      guard let count = Self.number(after) else { return }
      self = count == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
    } else if let first = Self.number(before) {
      var last = Int64.max
      if !after.isEmpty {
        guard let said = Self.number(after), said >= first else { return }
        last = said
      }
      self = first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  /// Decimal digits; what is too large for 64 bits is as large as they go. Nil for anything else.
  private static func number(_ digits: Substring.UTF8View.SubSequence) -> Int64? {
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (ten, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, more) = ten.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
      value = overflow || more ? .max : sum
    }
    return value
  }
}
