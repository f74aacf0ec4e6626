/// Leaves each picture in a page's list of them but once.
///
/// cairo 1.16 names a picture there as often as the page shows it (`/XObject << /x7 7 0 R /x7 7 0 R >>`), and a dictionary with a key
/// twice is none (ISO 32000-1, section 7.3.7). Blanks take the place of the second, so that nothing moves.
struct RepeatedResources {
  private static let mark = Array("/XObject << ".utf8)
  private static let end = Array(">>".utf8)
  /// A list longer than this is let through as it is.
  private static let bytesMax = 1 << 20

  /// What may be the beginning of a list whose end is still to come.
  private var held: [UInt8] = []

  /// The bytes that may go out, with those held back before.
  mutating func pass(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var window = held + bytes
    held = []
    var index = 0
    while let start = window[index...].firstIndex(of: UInt8(ascii: "/")) {
      let length = zip(window[start...], Self.mark).prefix { $0 == $1 }.count
      guard length == Self.mark.count else {
        if start + length == window.count {
          hold(from: start, of: &window)
          return window
        }
        index = start + 1
        continue
      }
      let first = start + length
      guard let end = window[first...].firstIndex(of: Self.end[0]), end + 1 < window.count else {
        if window.count - start <= Self.bytesMax { hold(from: start, of: &window) }
        return window
      }
      Self.blankRepeated(&window, first..<end)
      index = end
    }
    return window
  }

  /// What is held back, once nothing more comes.
  var rest: [UInt8] { held }

  private mutating func hold(from start: Int, of window: inout [UInt8]) {
    held = Array(window[start...])
    window.removeSubrange(start...)
  }

  /// Entries are four words: name, number, generation, `R`.
  private static func blankRepeated(_ window: inout [UInt8], _ list: Range<Int>) {
    var seen: Set<[UInt8]> = []
    let words = window[list].split(separator: UInt8(ascii: " ")).map(\.indices)
    for entry in stride(from: 0, to: words.count - words.count % 4, by: 4) {
      guard !seen.insert(Array(window[words[entry]])).inserted else { continue }
      for index in words[entry].lowerBound..<words[entry + 3].upperBound { window[index] = UInt8(ascii: " ") }
    }
  }
}
