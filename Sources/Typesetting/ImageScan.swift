/// Finds the head of an image while its bytes come, in pieces of any size; it keeps a few dozen of them at a time.
package struct ImageScan: Sendable {
  package enum State: Equatable, Sendable {
    /// The head has not come yet.
    case unknown
    case found(ImageHead)
    /// No PNG or JPEG, or of a kind of them that cannot be shown.
    case other
  }

  package private(set) var state = State.unknown
  /// What the first bytes say it is, before its size is known.
  package private(set) var format: Image.Format?
  /// What has come and is not read yet.
  private var held: [UInt8] = []
  /// How many bytes of what is to come do not matter.
  private var skipped = 0

  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let jpegSignature: [UInt8] = [0xFF, 0xD8, 0xFF]
  /// So many bytes are enough to read on: a PNG up to the end of IHDR, a JPEG's segment with the size of the frame.
  private static let pngHeadBytes = 33
  private static let segmentBytes = 10

  package init() {}

  package var head: ImageHead? { if case .found(let head) = state { head } else { nil } }

  package mutating func take(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while state == .unknown, !rest.isEmpty {
      let past = min(skipped, rest.count)
      skipped -= past
      rest = rest.dropFirst(past)
      let next = rest.prefix(64)
      held += next
      rest = rest.dropFirst(next.count)
      read()
    }
  }

  private mutating func read() {
    if format == nil { readSignature() }
    switch format {
    case .png: readPNG()
    case .jpeg: readSegments()
    case nil: break
    }
  }

  private mutating func readSignature() {
    if held.starts(with: Self.pngSignature) {
      format = .png
    } else if held.starts(with: Self.jpegSignature) {
      format = .jpeg
      // The last byte begins the first segment.
      held.removeFirst(2)
    } else if !Self.pngSignature.starts(with: held), !Self.jpegSignature.starts(with: held) {
      state = .other
    }
  }

  /// PNG, section 11.2.2: the first chunk is IHDR, with width and height in its first eight bytes.
  private mutating func readPNG() {
    guard held.count >= Self.pngHeadBytes else { return }
    guard held[12..<16].elementsEqual("IHDR".utf8) else {
      state = .other
      return
    }
    func number(_ at: Int) -> Int { held[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    state = .found(ImageHead(format: .png, width: number(16), height: number(20)))
  }

  /// ITU-T T.81, annex B: segments up to the frame's head, which has height and width after length and precision.
  private mutating func readSegments() {
    var at = 0
    while state == .unknown, at + Self.segmentBytes <= held.count {
      guard held[at] == 0xFF else {
        state = .other
        return
      }
      let marker = held[at + 1]
      func number(_ offset: Int) -> Int { Int(held[at + offset]) << 8 | Int(held[at + offset + 1]) }
      switch marker {
      // Any number of them may stand before a marker.
      case 0xFF: at += 1
      case 0xC0, 0xC1, 0xC2:
        let isShown = held[at + 4] == 8 && [1, 3, 4].contains(held[at + 9])
        state = isShown ? .found(ImageHead(format: .jpeg, width: number(7), height: number(5))) : .other
      case 0xC3...0xCF where marker != 0xC4 && marker != 0xC8 && marker != 0xCC: state = .other
      case 0xD9, 0xDA: state = .other
      default:
        let length = number(2)
        if length < 2 { state = .other }
        at += 2 + length
      }
    }
    if at > held.count { skipped = at - held.count }
    held.removeFirst(min(at, held.count))
  }
}
