/// Walks the fields of one encoded message without decoding it: what the JSON mapping and the rules stand on.
///
/// It holds raw pointers into bytes that its caller keeps alive; it lives on the stack of that caller only.
struct WireCursor {
  var p: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>

  @inline(__always) init(_ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    self.p = p
    self.end = end
  }

  @inline(__always) var atEnd: Bool { p >= end }

  /// The next varint, or nil if it is cut off or longer than ten bytes.
  @inline(__always) mutating func varint() -> UInt64? {
    guard p < end else { return nil }
    let byte = p.pointee
    if byte < 0x80 {
      p += 1
      return UInt64(byte)
    }
    return longVarint()
  }

  @inline(never) private mutating func longVarint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while p < end, shift < 70 {
      let byte = p.pointee
      p += 1
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return shift == 63 && byte > 1 ? nil : value }
      shift += 7
    }
    return nil
  }

  /// The next tag: field number times eight plus wire type, or nil where the bytes are no tag.
  @inline(__always) mutating func tag() -> UInt32? {
    guard let raw = varint(), raw >= 8, raw <= 0xffff_ffff else { return nil }
    return UInt32(truncatingIfNeeded: raw)
  }

  /// The extent of the next length-delimited value, which is consumed.
  @inline(__always) mutating func delimited() -> WireRange? {
    guard let count = varint(), count <= UInt64(end - p) else { return nil }
    let range = WireRange(start: p, end: p + Int(count))
    p = range.end
    return range
  }

  @inline(__always) mutating func fixed32() -> UInt32? {
    guard end - p >= 4 else { return nil }
    defer { p += 4 }
    return UInt32(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt32.self))
  }

  @inline(__always) mutating func fixed64() -> UInt64? {
    guard end - p >= 8 else { return nil }
    defer { p += 8 }
    return UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
  }

  /// Passes over the value that follows `tag`; false where the bytes are malformed or groups nest deeper than `depth`.
  mutating func skip(_ tag: UInt32, depth: Int = 100) -> Bool {
    switch tag & 7 {
    case 0: return varint() != nil
    case 1: return fixed64() != nil
    case 2: return delimited() != nil
    case 3: return skipGroup(tag >> 3, depth: depth)
    case 5: return fixed32() != nil
    default: return false
    }
  }

  private mutating func skipGroup(_ number: UInt32, depth: Int) -> Bool {
    guard depth > 0 else { return false }
    while let inner = tag() {
      if inner & 7 == 4 { return inner >> 3 == number }
      guard skip(inner, depth: depth - 1) else { return false }
    }
    return false
  }
}

/// Where a value lies in the encoded bytes.
struct WireRange {
  var start: UnsafePointer<UInt8>
  var end: UnsafePointer<UInt8>

  @inline(__always) var count: Int { end - start }
  @inline(__always) var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
}
