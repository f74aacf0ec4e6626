internal import CCmark

/// Addresses of reference definitions (`[name]: address`), kept apart while libcmark-gfm parses inlines.
///
/// It copies a definition's address and title into each link that names it: 20,000 links to one of 100 KB took four gigabytes.
/// So between its two steps, blocks and inlines, long addresses give way to marks, and titles are cut.
struct LongReferences {
  /// Longer addresses and titles are taken out.
  private static let bytesMax = 64
  /// Begins a mark; the index follows in digits. A document may have this character, but then it only names an address of its own.
  private static let mark: UInt8 = 1

  private var addresses: [String] = []

  /// - Parameter parser: Has taken the whole text and has no open paragraph, but has not been finished.
  init(takenFrom parser: UnsafeMutablePointer<cmark_parser>) {
    var entry = parser.pointee.refmap?.pointee.refs
    while let current = entry {
      entry = current.pointee.next
      // Each entry of this map is the first member of a cmark_reference.
      let reference = UnsafeMutableRawPointer(current).assumingMemoryBound(to: cmark_reference.self)
      if let address = Self.long(reference.pointee.url) {
        addresses.append(PlainText.cleaned(address))
        Self.replace(&reference.pointee.url, by: [Self.mark] + Array(String(addresses.count - 1).utf8))
      }
      if let title = Self.long(reference.pointee.title) {
        var end = Self.bytesMax
        while end > 0, title[end] & 0xC0 == 0x80 { end -= 1 }
        Self.replace(&reference.pointee.title, by: Array(title[..<end]))
      }
    }
  }

  /// The address that a link's mark stands for; nil if it has none.
  func address(_ text: UnsafePointer<CChar>) -> String? {
    guard UInt8(bitPattern: text[0]) == Self.mark, let index = Int(String(cString: text + 1)), addresses.indices.contains(index) else {
      return nil
    }
    return addresses[index]
  }

  private static func long(_ chunk: cmark_chunk) -> UnsafeBufferPointer<UInt8>? {
    // Only what the definition has a buffer of its own for can be written to.
    guard chunk.alloc != 0, chunk.len > bytesMax, let data = chunk.data else { return nil }
    return UnsafeBufferPointer(start: data, count: Int(chunk.len))
  }

  /// Writes into the chunk's own buffer, which is longer than `bytesMax`.
  private static func replace(_ chunk: inout cmark_chunk, by bytes: [UInt8]) {
    precondition(bytes.count < Int(chunk.len))
    for (index, byte) in bytes.enumerated() { chunk.data[index] = byte }
    chunk.data[bytes.count] = 0
    chunk.len = bufsize_t(bytes.count)
  }
}
