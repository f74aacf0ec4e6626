/// Writes protobuf's binary format from back to front.
///
/// What comes last is written first, so the length of a message is known when its prefix is written, and no pass over the message has to
/// compute sizes. Generated code calls it with the fields in descending order. One writer can serve many messages (`reset()`).
/// The buffer is bare memory, freed with the writer: filling an array from its end would mean to initialise it first.
public struct BinaryWriter: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var position: UnsafeMutableRawPointer
  @usableFromInline var end: UnsafeMutableRawPointer
  private var ownsBuffer: Bool

  /// A writer with room for `capacity` bytes; it grows as needed.
  public init(capacity: Int = 512) {
    let capacity = max(capacity, 16)
    base = .allocate(byteCount: capacity, alignment: 16)
    end = base + capacity
    position = end
    ownsBuffer = true
  }

  /// A writer that starts in `scratch`, which must outlive it, and moves to memory of its own if that is too small.
  init(scratch: UnsafeMutableRawBufferPointer) {
    // An empty buffer may have no address; then nothing is written into it either, the first field makes the writer grow.
    base = scratch.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 16).unsafelyUnwrapped
    end = base + scratch.count
    position = end
    ownsBuffer = false
  }

  deinit {
    if ownsBuffer { base.deallocate() }
  }

  /// How many bytes were written.
  @inlinable public var count: Int { end - position }

  /// What was written. The buffer is valid only inside `body`.
  public borrowing func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: position, count: count))
  }

  /// What was written, copied.
  public var bytes: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: position, count: count)) }

  /// Forgets what was written and keeps the buffer.
  public mutating func reset() { position = end }

  /// Makes room for `size` bytes before the first one.
  @inlinable @inline(__always)
  mutating func reserve(_ size: Int) {
    if position - base < size { grow(size) }
  }

  @usableFromInline @inline(never)
  mutating func grow(_ size: Int) {
    let used = count
    // What has outgrown the stack is likely to be a list: it begins with room for one.
    let capacity = max((end - base) * 2, used + size + 64, ownsBuffer ? 0 : 8192)
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    (buffer + (capacity - used)).copyMemory(from: position, byteCount: used)
    if ownsBuffer { base.deallocate() }
    ownsBuffer = true
    base = buffer
    end = buffer + capacity
    position = end - used
  }

  // MARK: Primitives, without a tag

  /// The room that writing a varint needs, of however few bytes.
  @inlinable static var varintRoom: Int { 10 }

  /// A varint into room of `varintRoom`.
  @inlinable @inline(__always)
  mutating func putVarint(_ value: UInt64) {
    if value < 0x80 {
      position -= 1
      position.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
    } else {
      putLongVarint(value)
    }
  }

  /// A varint of more than one byte into room of `varintRoom`.
  ///
  /// Up to eight bytes (all sizes, times and tags) are spread in a register and stored at once, behind them zeros where nothing lies yet.
  @usableFromInline
  mutating func putLongVarint(_ value: UInt64) {
    if value < 1 << 14 {
      position -= 2
      let bytes = UInt16(truncatingIfNeeded: value & 0x7f | 0x80 | (value >> 7) << 8)
      position.storeBytes(of: bytes.littleEndian, as: UInt16.self)
      return
    }
    let size = (63 - value.leadingZeroBitCount) / 7 + 1
    guard size <= 8 else { return putLongestVarint(value, size) }
    var groups = (value & 0x0fff_ffff) | ((value & 0x00ff_ffff_f000_0000) << 4)
    groups = (groups & 0x0000_3fff_0000_3fff) | ((groups & 0x0fff_c000_0fff_c000) << 2)
    groups = (groups & 0x007f_007f_007f_007f) | ((groups & 0x3f80_3f80_3f80_3f80) << 1)
    // Every byte but the last says that more follow.
    let more = UInt64(0x0080_8080_8080_8080) >> UInt64(truncatingIfNeeded: (8 - size) &* 8)
    let spread = (groups | more) << UInt64(truncatingIfNeeded: (8 - size) &* 8)
    (position - 8).storeBytes(of: spread.littleEndian, as: UInt64.self)
    position -= size
  }

  /// Nine bytes or ten: negative numbers.
  private mutating func putLongestVarint(_ value: UInt64, _ size: Int) {
    position -= size
    var next = position
    var rest = value
    while rest >= 0x80 {
      next.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      next += 1
      rest >>= 7
    }
    next.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
  }

  @inlinable @inline(__always)
  mutating func putFixed32(_ value: UInt32) {
    position -= 4
    position.storeBytes(of: value.littleEndian, as: UInt32.self)
  }

  @inlinable @inline(__always)
  mutating func putFixed64(_ value: UInt64) {
    position -= 8
    position.storeBytes(of: value.littleEndian, as: UInt64.self)
  }

  /// Bytes as they are, before what was written: a frame's prefix, fields that nobody knows.
  public mutating func prepend(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count)
    position -= bytes.count
    position.copyMemory(from: start, byteCount: bytes.count)
  }

  /// Bytes as they are, before what was written.
  public mutating func prepend(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { prepend($0) }
  }

  /// A varint, before what was written.
  @inlinable
  public mutating func varint(_ value: UInt64) {
    reserve(Self.varintRoom)
    putVarint(value)
  }

  // MARK: Fields

  @inlinable @inline(__always)
  public mutating func varintField(_ value: UInt64, tag: UInt32) {
    reserve(2 * Self.varintRoom)
    putVarint(value)
    putVarint(UInt64(tag))
  }

  @inlinable @inline(__always) public mutating func int32(_ value: Int32, tag: UInt32) {
    varintField(UInt64(bitPattern: Int64(value)), tag: tag)
  }
  @inlinable @inline(__always) public mutating func int64(_ value: Int64, tag: UInt32) {
    varintField(UInt64(bitPattern: value), tag: tag)
  }
  @inlinable @inline(__always) public mutating func uint32(_ value: UInt32, tag: UInt32) { varintField(UInt64(value), tag: tag) }
  @inlinable @inline(__always) public mutating func uint64(_ value: UInt64, tag: UInt32) { varintField(value, tag: tag) }
  @inlinable @inline(__always) public mutating func bool(_ value: Bool, tag: UInt32) { varintField(value ? 1 : 0, tag: tag) }
  @inlinable @inline(__always) public mutating func sint32(_ value: Int32, tag: UInt32) {
    varintField(UInt64(UInt32(bitPattern: (value << 1) ^ (value >> 31))), tag: tag)
  }
  @inlinable @inline(__always) public mutating func sint64(_ value: Int64, tag: UInt32) {
    varintField(UInt64(bitPattern: (value << 1) ^ (value >> 63)), tag: tag)
  }
  @inlinable @inline(__always) public mutating func fixed32(_ value: UInt32, tag: UInt32) {
    reserve(4 + Self.varintRoom)
    putFixed32(value)
    putVarint(UInt64(tag))
  }
  @inlinable @inline(__always) public mutating func fixed64(_ value: UInt64, tag: UInt32) {
    reserve(8 + Self.varintRoom)
    putFixed64(value)
    putVarint(UInt64(tag))
  }
  @inlinable @inline(__always) public mutating func sfixed32(_ value: Int32, tag: UInt32) { fixed32(UInt32(bitPattern: value), tag: tag) }
  @inlinable @inline(__always) public mutating func sfixed64(_ value: Int64, tag: UInt32) { fixed64(UInt64(bitPattern: value), tag: tag) }
  @inlinable @inline(__always) public mutating func float(_ value: Float, tag: UInt32) { fixed32(value.bitPattern, tag: tag) }
  @inlinable @inline(__always) public mutating func double(_ value: Double, tag: UInt32) { fixed64(value.bitPattern, tag: tag) }
  @inlinable @inline(__always) public mutating func enumeration<Value: Enumeration>(_ value: Value, tag: UInt32) {
    int32(value.rawValue, tag: tag)
  }

  public mutating func string(_ value: String, tag: UInt32) {
    // The view's span takes no reference; `withContiguousStorageIfAvailable` takes and drops one, which costs more than the copying.
    value.utf8.span.withUnsafeBufferPointer { lengthDelimited(UnsafeRawBufferPointer($0), tag: tag) }
  }

  public mutating func bytes(_ value: [UInt8], tag: UInt32) {
    value.withUnsafeBytes { lengthDelimited($0, tag: tag) }
  }

  @inline(__always)
  private mutating func lengthDelimited(_ bytes: UnsafeRawBufferPointer, tag: UInt32) {
    let size = bytes.count
    reserve(size + 2 * Self.varintRoom)
    if size > 0, let start = bytes.baseAddress {
      position -= size
      position.copyMemory(from: start, byteCount: size)
    }
    putVarint(UInt64(size))
    putVarint(UInt64(tag))
  }

  @inlinable
  public mutating func message<Value: Message>(_ value: borrowing Value, tag: UInt32) {
    let before = count
    value.encode(to: &self)
    varintField(UInt64(count - before), tag: tag)
  }

  // MARK: Repeated fields and maps

  @inlinable
  public mutating func messages<Value: Message>(_ values: [Value], tag: UInt32) {
    var index = values.count
    while index > 0 {
      index -= 1
      message(values[index], tag: tag)
    }
  }

  /// Each value with a tag of its own.
  @inlinable
  public mutating func repeated<Coding: WireCoding>(_ coding: Coding.Type, _ values: [Coding.Value], tag: UInt32) {
    for value in values.reversed() {
      Coding.write(value, to: &self)
      varint(UInt64(tag))
    }
  }

  /// All values behind one tag and one length; nothing if there are none.
  @inlinable
  public mutating func packed<Coding: WireCoding>(_ coding: Coding.Type, _ values: [Coding.Value], tag: UInt32) {
    guard !values.isEmpty else { return }
    let before = count
    for value in values.reversed() { Coding.write(value, to: &self) }
    varintField(UInt64(count - before), tag: tag)
  }

  /// A map, its entries sorted by key, so that equal messages have equal bytes.
  @inlinable
  public mutating func map<Key: WireKeyCoding, Value: WireCoding>(
    _ keyCoding: Key.Type, _ valueCoding: Value.Type, _ map: [Key.Value: Value.Value], tag: UInt32
  ) {
    for entry in map.sorted(by: { Key.precedes($1.key, $0.key) }) {
      let before = count
      Value.write(entry.value, to: &self)
      varint(UInt64(2 << 3 | Value.wireType))
      Key.write(entry.key, to: &self)
      varint(UInt64(1 << 3 | Key.wireType))
      varintField(UInt64(count - before), tag: tag)
    }
  }

  /// Fields that the message does not know.
  @inlinable @inline(__always)
  public mutating func unknown(_ fields: UnknownFields) {
    if !fields.isEmpty { prepend(fields.bytes) }
  }
}
