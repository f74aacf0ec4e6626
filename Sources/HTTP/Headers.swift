/// Header fields (or trailers, or gRPC metadata), in order, names in lower case.
///
/// All fields lie in one array: 2 bytes name length, 4 bytes value length, name, value. A look-up walks them comparing bytes;
/// no String is made unless asked for. The bytes before `start` belong to the head that owns them (path, authority).
public struct Headers: Sendable {
  var storage: [UInt8] = []
  var start = 0
  /// How many fields there are.
  public private(set) var count = 0

  private static let prefixSize = 6

  public init() {}

  public init(_ fields: KeyValuePairs<String, String>) {
    for (name, value) in fields { append(name, value) }
  }

  public var isEmpty: Bool { count == 0 }

  /// The size as RFC 9113 (6.5.2) and RFC 9114 count it: name, value and 32 bytes a field.
  public var listSize: Int { storage.count - start + count * (32 - Self.prefixSize) }

  // MARK: Writing

  public mutating func reserveCapacity(_ bytes: Int) {
    storage.reserveCapacity(bytes)
  }

  /// Adds a field at the end; ASCII capitals in the name become lower case. The name has at most 65,535 bytes.
  ///
  /// Neither may hold control characters; `HTTPStream` refuses to send such a head (see `isSendable`).
  public mutating func append(_ name: String, _ value: String) {
    var name = name
    var value = value
    name.withUTF8 { name in
      value.withUTF8 { value in append(name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer(value)) }
    }
  }

  public mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    let at = storage.count + Self.prefixSize
    appendLowercase(name: name, value: value)
    for index in at..<at + name.count where storage[index] &- 0x41 < 26 {
      storage[index] |= 0x20
    }
  }

  /// Adds a field whose name is known to be in lower case, as all names of HTTP/2 are.
  mutating func appendLowercase(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    precondition(name.count <= Int(UInt16.max) && value.count <= Int(Int32.max), "a header field beyond all bounds")
    count += 1
    // Both lengths in one append; the two upper bytes of the eight are not taken.
    let lengths = UInt64(name.count) | UInt64(value.count) << 16
    let needed = storage.count + Self.prefixSize + name.count + value.count
    // One allocation for the typical head instead of several doublings.
    if storage.capacity < needed { storage.reserveCapacity(Swift.max(320, 2 * needed)) }
    withUnsafeBytes(of: lengths.littleEndian) { storage.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<Self.prefixSize])) }
    storage.append(contentsOf: name)
    storage.append(contentsOf: value)
  }

  /// Puts bytes before all fields, for the head that owns them; only while there is no field yet.
  ///
  /// - Returns: Where they lie in `storage`.
  mutating func appendPrefix(_ bytes: UnsafeRawBufferPointer) -> Range<Int> {
    precondition(count == 0)
    let at = storage.count
    if storage.capacity < at + bytes.count { storage.reserveCapacity(Swift.max(320, 2 * (at + bytes.count))) }
    storage.append(contentsOf: bytes)
    start = storage.count
    return at..<start
  }

  public mutating func append(contentsOf other: Headers) {
    other.forEachField { name, value in append(name: name, value: value) }
  }

  /// Puts one field in the place of all of that name.
  public mutating func set(_ name: String, _ value: String) {
    remove(name)
    append(name, value)
  }

  /// Takes out every field of that name.
  public mutating func remove(_ name: String) {
    guard contains(name) else { return }
    var kept = Headers()
    let wanted = Array(name.utf8)
    kept.storage.append(contentsOf: storage[..<start])
    kept.start = start
    wanted.withUnsafeBytes { wanted in
      forEachField { name, value in
        if !equalIgnoringCase(name, wanted) { kept.append(name: name, value: value) }
      }
    }
    self = kept
  }

  // MARK: Reading

  /// The value of the first field of that name, bytes that are no UTF-8 repaired; nil when there is none.
  public subscript(_ name: String) -> String? {
    withValue(of: name) { $0.map { String(decoding: $0, as: UTF8.self) } }
  }

  public func contains(_ name: String) -> Bool {
    withValue(of: name) { $0 != nil }
  }

  /// Every value of that name, in order.
  public func values(_ name: String) -> [String] {
    var name = name
    var found: [String] = []
    name.withUTF8 { wanted in
      forEachField { name, value in
        if equalIgnoringCase(name, UnsafeRawBufferPointer(wanted)) { found.append(String(decoding: value, as: UTF8.self)) }
      }
    }
    return found
  }

  /// The bytes of the first value of that name; valid inside `body` only.
  public func withValue<R>(of name: StaticString, _ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
    try withValue(of: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), body)
  }

  /// The bytes of the first value of that name; valid inside `body` only.
  public func withValue<R>(of name: String, _ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
    var name = name
    return try name.withUTF8 { try withValue(of: UnsafeRawBufferPointer($0), body) }
  }

  /// The bytes of the first value of that name; valid inside `body` only.
  public func withValue<R>(of wanted: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
    try storage.withUnsafeBytes { bytes in
      var at = start
      while at < bytes.count {
        let (name, value) = Self.field(bytes, at)
        if equalIgnoringCase(name, wanted) { return try body(value) }
        at += Self.prefixSize + name.count + value.count
      }
      return try body(nil)
    }
  }

  /// Calls `body` with the bytes of every field, in order; they are valid inside `body` only.
  public func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void) rethrows {
    try storage.withUnsafeBytes { bytes in
      var at = start
      while at < bytes.count {
        let (name, value) = Self.field(bytes, at)
        try body(name, value)
        at += Self.prefixSize + name.count + value.count
      }
    }
  }

  /// The field at `at`: the lengths before it were written by `append`, so the slices lie inside the array.
  @inline(__always)
  private static func field(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer) {
    let nameCount = Int(bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self))
    let valueCount = Int(bytes.loadUnaligned(fromByteOffset: at + 2, as: UInt32.self))
    let nameStart = at + prefixSize
    return (
      UnsafeRawBufferPointer(rebasing: bytes[nameStart..<nameStart + nameCount]),
      UnsafeRawBufferPointer(rebasing: bytes[nameStart + nameCount..<nameStart + nameCount + valueCount])
    )
  }

  /// Whether every name is a token and no value holds a control character other than a tab (RFC 9110, 5.1 and 5.5):
  /// what does not hold this could split a response in two.
  public var isSendable: Bool {
    var good = true
    forEachField { name, value in
      if name.isEmpty || !Characters.token.contains(all: name) || !Characters.isFieldValue(all: value) { good = false }
    }
    return good
  }
}

extension Headers: Equatable {
  public static func == (left: Headers, right: Headers) -> Bool {
    left.count == right.count && left.storage[left.start...].elementsEqual(right.storage[right.start...])
  }
}

extension Headers: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { append(name, value) }
  }
}

extension Headers: Sequence {
  /// Name and value of each field as Strings; `forEachField` with bytes is cheaper.
  public func makeIterator() -> IndexingIterator<[(name: String, value: String)]> {
    var all: [(name: String, value: String)] = []
    all.reserveCapacity(count)
    forEachField { name, value in all.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))) }
    return all.makeIterator()
  }
}

/// Whether two names are equal, ASCII letters compared without case.
@inline(__always)
func equalIgnoringCase(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  for index in 0..<left.count where left[index] != right[index] {
    let (one, two) = (left[index] | 0x20, right[index] | 0x20)
    guard one == two, one &- 0x61 < 26 else { return false }
  }
  return true
}
