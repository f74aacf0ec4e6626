import Glibc

/// Names to indices, looked up by bytes: open addressing over a table that is at most half full.
///
/// The names come from `.proto` files, never from a caller, so nobody can choose names that collide.
struct NameTable {
  private struct Slot {
    var name: UnsafePointer<UInt8>?
    var count: Int32
    var index: Int32
  }

  private let slots: UnsafeMutablePointer<Slot>
  private let mask: Int

  /// A table with room for `capacity` names. Its memory lives as long as the program, like the schema it is part of.
  init(capacity: Int) {
    var size = 4
    while size < capacity * 2 { size *= 2 }
    slots = .allocate(capacity: size)
    slots.initialize(repeating: Slot(name: nil, count: 0, index: -1), count: size)
    mask = size - 1
  }

  /// Adds a name whose bytes live as long as the program; the first index given for a name stays.
  func add(_ name: PlanBytes, _ index: Int) {
    guard find(name.start, name.count) < 0 else { return }
    var i = Int(truncatingIfNeeded: NameTable.hash(name.start, name.count)) & mask
    while slots[i].name != nil { i = (i + 1) & mask }
    slots[i] = Slot(name: name.start, count: Int32(name.count), index: Int32(index))
  }

  /// The index given for the name, or -1.
  func find(_ name: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var i = Int(truncatingIfNeeded: NameTable.hash(name, count)) & mask
    while let candidate = slots[i].name {
      if Int(slots[i].count) == count, memcmp(candidate, name, count) == 0 { return Int(slots[i].index) }
      i = (i + 1) & mask
    }
    return -1
  }

  /// Mixes length, first eight and last eight bytes.
  private static func hash(_ p: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    var head: UInt64 = 0
    var tail: UInt64 = 0
    if count >= 8 {
      head = TextScan.load(p)
      tail = TextScan.load(p + count - 8)
    } else {
      for i in 0..<count { head = head << 8 | UInt64(p[i]) }
    }
    var mixed = (head ^ UInt64(count)) &* 0x9e37_79b9_7f4a_7c15
    mixed ^= tail &* 0xff51_afd7_ed55_8ccd
    return mixed ^ (mixed >> 32)
  }
}
