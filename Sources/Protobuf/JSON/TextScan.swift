/// Scanning of UTF-8 text, eight bytes at a time where they are ASCII.
///
/// Both directions of the JSON mapping spend most of their time on text; everything here works on raw pointers that
/// the caller keeps alive.
enum TextScan {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// The high bit of every byte that ordinary JSON text cannot hold as it is: control, quote, backslash, or not ASCII.
  /// Bits above the lowest one set may be wrong (a borrow), so only the lowest counts.
  @inline(__always) static func special(_ word: UInt64) -> UInt64 {
    let quote = word ^ (ones &* 0x22)
    let slash = word ^ (ones &* 0x5c)
    let found = ((word &- (ones &* 0x20)) | (quote &- ones) | (slash &- ones)) & highs
    return found | (word & highs)
  }

  @inline(__always) static func load(_ p: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
  }

  /// Advances over ordinary text: up to the first control character, quote, backslash or malformed UTF-8, or to `end`.
  @inline(__always) static func ordinary(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var p = start
    while true {
      while end - p >= 8 {
        let found = special(load(p))
        if found != 0 {
          p += found.trailingZeroBitCount >> 3
          break
        }
        p += 8
      }
      while p < end {
        let byte = p.pointee
        if byte >= 0x80 { break }
        if byte < 0x20 || byte == 0x22 || byte == 0x5c { return p }
        p += 1
        if end - p >= 8 { break }
      }
      if p >= end { return p }
      if p.pointee >= 0x80 {
        let next = multibyte(p, end)
        if next == p { return p }
        p = next
      }
    }
  }

  /// Advances over well-formed sequences of two to four bytes (Unicode, table 3-7); stays where one is malformed.
  @inline(__always) static func multibyte(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var p = start
    // Chinese text is runs of three-byte sequences: one load and one mask each.
    while end - p >= 4 {
      let word = UInt32(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt32.self))
      guard word & 0x00c0_c0f0 == 0x0080_80e0 else { break }
      let point = (word & 0x0f) << 12 | (word >> 2) & 0x0fc0 | (word >> 16) & 0x3f
      guard point >= 0x800, point &- 0xd800 >= 0x800 else { return p }
      p += 3
    }
    while p < end, p.pointee >= 0x80 {
      let count = sequence(p, end)
      if count == 0 { return p }
      p += count
    }
    return p
  }

  /// The length of the one sequence at `p`, which starts with a byte of 0x80 or more; 0 where it is malformed.
  private static func sequence(_ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int {
    let room = end - p
    let lead = p[0]
    func tail(_ i: Int) -> Bool { p[i] & 0xc0 == 0x80 }
    switch lead {
    case 0xc2...0xdf:
      return room >= 2 && tail(1) ? 2 : 0
    case 0xe0...0xef:
      guard room >= 3, tail(1), tail(2) else { return 0 }
      if lead == 0xe0 && p[1] < 0xa0 || lead == 0xed && p[1] >= 0xa0 { return 0 }
      return 3
    case 0xf0...0xf4:
      guard room >= 4, tail(1), tail(2), tail(3) else { return 0 }
      if lead == 0xf0 && p[1] < 0x90 || lead == 0xf4 && p[1] >= 0x90 { return 0 }
      return 4
    default:
      return 0
    }
  }

  /// Whether the bytes are well-formed UTF-8.
  static func isValid(_ range: WireRange) -> Bool {
    var p = range.start
    while p < range.end {
      while range.end - p >= 8, load(p) & highs == 0 { p += 8 }
      guard p < range.end else { return true }
      if p.pointee < 0x80 {
        p += 1
        continue
      }
      let next = multibyte(p, range.end)
      if next == p { return false }
      p = next
    }
    return true
  }

  /// The number of code points in well-formed UTF-8: bytes that do not continue a sequence.
  static func codePoints(_ range: WireRange) -> Int {
    var p = range.start
    var continuations = 0
    while range.end - p >= 8 {
      let word = load(p)
      continuations += (word & ~(word << 1) & highs).nonzeroBitCount
      p += 8
    }
    while p < range.end {
      if p.pointee & 0xc0 == 0x80 { continuations += 1 }
      p += 1
    }
    return range.count - continuations
  }
}
