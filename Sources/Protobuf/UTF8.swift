/// Whether bytes are well-formed UTF-8. The standard library's check costs as much as the rest of decoding a message.
enum UTF8Text {
  /// What bytes turned out to be.
  enum Kind { case ascii, other, malformed }

  /// Source: the Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
  static func kind(_ bytes: UnsafeRawBufferPointer) -> Kind {
    guard let start = bytes.baseAddress else { return .ascii }
    var next = start
    let end = start + bytes.count
    skipASCII(&next, end)
    if next == end { return .ascii }
    while next < end {
      let lead = next.load(as: UInt8.self)
      if lead < 0x80 {
        skipASCII(&next, end)
      } else if lead & 0xf0 == 0xe0 {
        // Most of what is not ASCII, Chinese above all: four bytes at once, of which the fourth does not matter yet.
        while end - next >= 4 {
          let four = UInt32(littleEndian: next.loadUnaligned(as: UInt32.self))
          guard four & 0x00c0_c0f0 == 0x0080_80e0 else { break }
          // The lead's low half and one bit of the second byte: E0 needs A0 or more there, ED less than A0.
          let edge = four & 0x200f
          guard edge != 0x0000, edge != 0x200d else { return .malformed }
          next += 3
        }
        guard next < end, next.load(as: UInt8.self) & 0xf0 == 0xe0 else { continue }
        guard end - next >= 3 else { return .malformed }
        let second = next.load(fromByteOffset: 1, as: UInt8.self)
        let third = next.load(fromByteOffset: 2, as: UInt8.self)
        let lead = next.load(as: UInt8.self)
        guard second & 0xc0 == 0x80, third & 0xc0 == 0x80, lead != 0xe0 || second >= 0xa0, lead != 0xed || second < 0xa0 else {
          return .malformed
        }
        next += 3
      } else if lead & 0xe0 == 0xc0 {
        guard lead >= 0xc2, end - next >= 2, next.load(fromByteOffset: 1, as: UInt8.self) & 0xc0 == 0x80 else { return .malformed }
        next += 2
      } else {
        guard lead >= 0xf0, lead <= 0xf4, end - next >= 4 else { return .malformed }
        let second = next.load(fromByteOffset: 1, as: UInt8.self)
        let rest = next.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        guard second & 0xc0 == 0x80, rest & 0xc0c0 == 0x8080, lead != 0xf0 || second >= 0x90, lead != 0xf4 || second < 0x90 else {
          return .malformed
        }
        next += 4
      }
    }
    return .other
  }

  @inline(__always)
  private static func skipASCII(_ next: inout UnsafeRawPointer, _ end: UnsafeRawPointer) {
    while end - next >= 8, next.loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0 { next += 8 }
    while next < end, next.load(as: UInt8.self) < 0x80 { next += 1 }
  }
}
