import Glibc
import Synchronization

/// A growing buffer that JSON and wire bytes are written into, front to back.
///
/// It is memory of its own instead of an Array, because an Array checks uniqueness and bounds at every append;
/// the result is copied out once. Whoever owns the sink owns the memory.
struct ByteSink: ~Copyable {
  private(set) var base: UnsafeMutablePointer<UInt8>
  var q: UnsafeMutablePointer<UInt8>
  private var limit: UnsafeMutablePointer<UInt8>

  init(capacity: Int) {
    if capacity > SinkReserve.worthwhile, capacity <= SinkReserve.size, let kept = SinkReserve.take() {
      base = kept
      limit = kept + SinkReserve.size
    } else {
      let size = capacity > SinkReserve.worthwhile && capacity <= SinkReserve.size ? SinkReserve.size : max(capacity, 256)
      base = .allocate(capacity: size)
      limit = base + size
    }
    q = base
  }

  deinit {
    SinkReserve.give(base, size: limit - base)
  }

  @inline(__always) var count: Int { q - base }

  @inline(__always) var contents: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  /// Makes sure that `n` more bytes fit.
  @inline(__always) mutating func need(_ n: Int) {
    if limit - q < n { grow(n) }
  }

  @inline(never) private mutating func grow(_ n: Int) {
    let used = count
    let doubled = max((limit - base) * 2, used + n + 64)
    // Sizes in the neighbourhood of the reserve become its size, so that they can be kept.
    let size = doubled > SinkReserve.worthwhile && doubled < SinkReserve.size ? SinkReserve.size : doubled
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    larger.update(from: base, count: used)
    SinkReserve.give(base, size: limit - base)
    base = larger
    q = larger + used
    limit = larger + size
  }

  /// Forgets everything after the first `count` bytes.
  @inline(__always) mutating func rewind(to count: Int) { q = base + count }

  @inline(__always) mutating func byte(_ value: UInt8) {
    need(1)
    q.pointee = value
    q += 1
  }

  @inline(__always) mutating func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    need(count)
    memcpy(q, bytes, count)
    q += count
  }

  @inline(__always) mutating func append(_ text: StaticString) {
    append(text.utf8Start, text.utf8CodeUnitCount)
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      // An empty buffer may have no address.
      if let start = bytes.baseAddress { append(start, bytes.count) }
    }
  }

  @inline(__always) mutating func varint(_ value: UInt64) {
    need(10)
    var rest = value
    while rest >= 0x80 {
      q.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
      q += 1
      rest >>= 7
    }
    q.pointee = UInt8(truncatingIfNeeded: rest)
    q += 1
  }

  @inline(__always) mutating func fixed32(_ value: UInt32) {
    need(4)
    UnsafeMutableRawPointer(q).storeBytes(of: value.littleEndian, as: UInt32.self)
    q += 4
  }

  @inline(__always) mutating func fixed64(_ value: UInt64) {
    need(8)
    UnsafeMutableRawPointer(q).storeBytes(of: value.littleEndian, as: UInt64.self)
    q += 8
  }

  /// Leaves room for a length that is not known yet: one byte, which most messages need. `endLength` gets the result.
  @inline(__always) mutating func beginLength() -> Int {
    byte(0)
    return count
  }

  /// Writes the length of what follows `mark`, and moves it up where the length takes more than one byte.
  @inline(__always) mutating func endLength(_ mark: Int) {
    let length = count - mark
    if length < 0x80 {
      base[mark - 1] = UInt8(truncatingIfNeeded: length)
    } else {
      endLongLength(mark, length)
    }
  }

  private mutating func endLongLength(_ mark: Int, _ length: Int) {
    let extra = (63 - UInt64(length).leadingZeroBitCount) / 7
    need(extra)
    memmove(base + mark + extra, base + mark, length)
    q = base + (mark - 1)
    varint(UInt64(length))
    q += length
  }
}

/// One large buffer kept for the next sink that wants one. The allocator would give its pages back to the system each
/// time, and faulting them in again took a fifth of writing a page of tickets.
private enum SinkReserve {
  static let size = 1 << 18
  /// Below this the allocator keeps what it gave.
  static let worthwhile = 1 << 13

  /// Address of the buffer, 0 while it is lent.
  private static let kept = Atomic<UInt>(0)

  /// The buffer; nil while it is lent, or before there was one.
  static func take() -> UnsafeMutablePointer<UInt8>? {
    UnsafeMutablePointer(bitPattern: kept.exchange(0, ordering: .acquiring))
  }

  /// Keeps a buffer of the right size if none is kept, and frees any other.
  static func give(_ base: UnsafeMutablePointer<UInt8>, size: Int) {
    if size == self.size, kept.compareExchange(expected: 0, desired: UInt(bitPattern: base), ordering: .releasing).exchanged { return }
    base.deallocate()
  }
}
