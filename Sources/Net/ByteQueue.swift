/// A queue of bytes: appended at the back, read and dropped at the front, always contiguous.
///
/// An empty queue holds at most 4 KiB, so that ten thousand idle connections cost nothing.
public struct ByteQueue: Sendable {
  private var storage: [UInt8] = []
  private var head = 0

  /// What an empty queue may keep allocated for the next bytes.
  private static let keptCapacityMax = 4096

  public init() {}

  /// How many bytes are readable.
  @inline(__always)
  public var count: Int { storage.count - head }

  @inline(__always)
  public var isEmpty: Bool { storage.count == head }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    compactIfWorthwhile()
    storage.append(contentsOf: bytes)
  }

  /// Appends an array; an empty queue takes it over without copying.
  ///
  /// - Parameter dropped: So many bytes at its front are left out.
  public mutating func append(_ bytes: [UInt8], dropping dropped: Int = 0) {
    if isEmpty {
      storage = bytes
      head = dropped
    } else {
      compactIfWorthwhile()
      storage.append(contentsOf: bytes[dropped...])
    }
  }

  public mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  public mutating func append(_ text: String) {
    compactIfWorthwhile()
    storage.append(contentsOf: text.utf8)
  }

  /// Drops `dropped` bytes from the front; `dropped` is at most `count`.
  public mutating func consume(_ dropped: Int) {
    precondition(dropped >= 0 && dropped <= count, "cannot drop \(dropped) of \(count) bytes")
    head += dropped
    if head == storage.count {
      head = 0
      storage.removeAll(keepingCapacity: storage.capacity <= Self.keptCapacityMax)
    }
  }

  /// Drops everything and gives the memory back.
  public mutating func clear() {
    storage = []
    head = 0
  }

  /// The readable bytes in one piece; the pointer is valid inside `body` only.
  @inline(__always)
  public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    let head = self.head
    return try storage.withUnsafeBufferPointer { (all: UnsafeBufferPointer<UInt8>) throws(E) -> R in
      try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[head...])))
    }
  }

  /// A copy of the readable bytes.
  public var bytes: [UInt8] { head == 0 ? storage : Array(storage[head...]) }

  private mutating func compactIfWorthwhile() {
    if head > Self.keptCapacityMax, head >= storage.count / 2 {
      storage.removeFirst(head)
      head = 0
    }
  }
}
