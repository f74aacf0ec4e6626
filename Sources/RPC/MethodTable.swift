import Protobuf

/// The RPCs that a server knows, found by the bytes of their path.
struct MethodTable: Sendable {
  /// One RPC with all that a call of it needs.
  final class Entry: Sendable {
    let method: ServerMethod
    let descriptor: MethodDescriptor
    /// nil for infrastructure, which is open to anybody.
    let policy: (any ApplicationPolicy)?
    let metrics: MethodMetrics
    /// Ceiling of one request message in bytes.
    let messageBytesMax: Int
    /// Its requests are the pieces of a file.
    let takesFile: Bool

    init(method: ServerMethod, policy: (any ApplicationPolicy)?, messageBytesMax: Int) {
      self.method = method
      descriptor = method.descriptor
      takesFile = method.descriptor.takesFile
      self.policy = policy
      metrics = MethodMetrics(descriptor)
      self.messageBytesMax = messageBytesMax
    }
  }

  private struct Slot {
    var path: [UInt8]
    var entry: Entry
  }

  /// Open addressing: an entry lies at its hash or in the next free slot behind it. At most half of the slots are taken.
  private let slots: [Slot?]
  private let mask: Int
  let entries: [Entry]

  /// - Precondition: No two entries have one path.
  init(_ entries: [Entry]) {
    self.entries = entries
    var count = 16
    while count < entries.count * 2 { count *= 2 }
    var slots = [Slot?](repeating: nil, count: count)
    for entry in entries {
      let path = Array(entry.descriptor.path.utf8)
      var index = path.withUnsafeBytes { MethodTable.hash($0) } & (count - 1)
      while let taken = slots[index] {
        precondition(taken.path != path, "two services offer \(entry.descriptor.path)")
        index = (index + 1) & (count - 1)
      }
      slots[index] = Slot(path: path, entry: entry)
    }
    self.slots = slots
    mask = count - 1
  }

  /// The entry for exactly these bytes.
  func find(_ path: UnsafeRawBufferPointer) -> Entry? {
    var index = MethodTable.hash(path) & mask
    while let slot = slots[index] {
      if slot.path.withUnsafeBytes({ $0.equals(path) }) { return slot.entry }
      index = (index + 1) & mask
    }
    return nil
  }

  func find(_ path: String) -> Entry? {
    var path = path
    return path.withUTF8 { find(UnsafeRawBufferPointer($0)) }
  }

  /// FNV-1a. A client gains nothing from collisions: it cannot add entries.
  private static func hash(_ path: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in path { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }
}
