/// A growable byte buffer of one loop, where a connection gathers what one turn sends before the single write.
package final class OutputBuffer {
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  @exclusivity(unchecked) package private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    base.deallocate()
  }

  package func clear() { count = 0 }

  /// Copies `length` bytes from `source` to the end.
  @inline(__always)
  package func append(_ source: UnsafeRawPointer, _ length: Int) {
    if count + length > capacity { grow(to: count + length) }
    (base + count).copyMemory(from: source, byteCount: length)
    count += length
  }

  /// What was gathered; valid until the next append.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  private func grow(to needed: Int) {
    var wanted = capacity * 2
    while wanted < needed { wanted *= 2 }
    let grown = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
    grown.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = grown
    capacity = wanted
  }
}
