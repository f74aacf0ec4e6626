/// Cuts a paragraph where its lines end, and a very long line where a break does no harm.
enum TextPieces {
  static let bytesMax = 12_000

  /// Bytes of a paragraph above which it is set in portions.
  static let portionBytesMax = 48_000

  /// The runs of a paragraph, cut into portions of at most `portionBytesMax` bytes; at least one, which may be empty.
  static func portions(_ runs: [StyledRun]) -> [[StyledRun]] {
    if runs.count <= 1_000, runs.reduce(0, { $0 + $1.text.utf8.count }) <= portionBytesMax { return [runs] }
    var portions: [[StyledRun]] = [[]]
    var room = portionBytesMax
    func take(_ run: StyledRun) {
      if run.text.utf8.count > room || portions[portions.count - 1].count >= 1_000 {
        portions.append([])
        room = portionBytesMax
      }
      portions[portions.count - 1].append(run)
      room -= run.text.utf8.count
    }
    for run in runs {
      guard run.text.utf8.count > bytesMax else {
        take(run)
        continue
      }
      let bytes = Array(run.text.utf8)
      var from = 0
      while from < bytes.count {
        let (to, next, endsLine) = self.next(in: bytes, from: from)
        take(StyledRun(text: String(decoding: bytes[from..<to], as: UTF8.self) + (endsLine ? "\n" : ""), style: run.style))
        from = next
      }
    }
    return portions
  }

  /// The piece that begins at `from`: up to where, where the next begins, and whether a line ends between them.
  static func next(in bytes: [UInt8], from: Int) -> (to: Int, next: Int, endsLine: Bool) {
    let limit = min(bytes.count, from + bytesMax)
    if let feed = bytes[from..<limit].firstIndex(of: UInt8(ascii: "\n")) { return (feed, feed + 1, true) }
    guard limit < bytes.count else { return (limit, limit, false) }
    // After a space or an ideograph that an ideograph follows; else wherever a character ends.
    var index = limit
    while index > from + bytesMax / 2 {
      if bytes[index - 1] == UInt8(ascii: " ") || isIdeograph(bytes, index) && isIdeograph(bytes, index - 3) {
        return (index, index, false)
      }
      index -= 1
    }
    index = limit
    while index > from + 4, bytes[index] & 0xC0 == 0x80 { index -= 1 }
    return (index, index, false)
  }

  /// Whether U+4000 to U+9FFF, or nearly, begins at `index`.
  private static func isIdeograph(_ bytes: [UInt8], _ index: Int) -> Bool { (0xE4...0xE9).contains(bytes[index]) }
}
