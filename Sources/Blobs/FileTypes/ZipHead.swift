/// What stands at the front of a ZIP archive. Nothing is ever unpacked, so an archive that grows without bounds does us nothing.
enum ZipHead {
  private static let localHeader: [UInt8] = [0x50, 0x4b, 0x03, 0x04]
  /// An archive without entries is this and nothing else.
  private static let endOfDirectory: [UInt8] = [0x50, 0x4b, 0x05, 0x06]
  /// From the signature of a local header to the name (APPNOTE.TXT, 4.3.7).
  private static let nameOffset = 30
  private static let nameLengthOffset = 26

  static func isArchive(_ head: [UInt8]) -> Bool { head.starts(with: localHeader) || head.starts(with: endOfDirectory) }

  /// The names of the entries that begin in the head, found by their signatures: sizes may be given behind an entry only.
  static func entryNames(_ head: [UInt8]) -> [[UInt8]] {
    guard head.starts(with: localHeader) else { return [] }
    var names: [[UInt8]] = []
    var position = 0
    while position + nameOffset <= head.count {
      guard head[position] == localHeader[0], head[position..<position + 4].elementsEqual(localHeader) else {
        position += 1
        continue
      }
      let length = Int(head[position + nameLengthOffset]) | Int(head[position + nameLengthOffset + 1]) << 8
      let start = position + nameOffset
      guard start + length <= head.count else {
        position = start
        continue
      }
      names.append(Array(head[start..<start + length]))
      // Behind the name: of names within one another, 64 KiB would give 70 MB.
      position = start + length
    }
    return names
  }
}
