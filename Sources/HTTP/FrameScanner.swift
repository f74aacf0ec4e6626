/// The nine bytes that begin every HTTP/2 frame (RFC 9113, 4.1).
struct FrameHeader: Equatable {
  /// Bytes of payload, 24 bits.
  var length: Int
  var type: UInt8
  var flags: UInt8
  var stream: UInt32

  // RFC 9113, 6: the types that an ordinary peer sends, and nghttp2 knows.
  static let data: UInt8 = 0
  static let headers: UInt8 = 1
  static let continuation: UInt8 = 9
  static let endStream: UInt8 = 1
}

/// Finds the frames in what a peer sends, however it is cut, because nghttp2 1.52 tells nobody of those that it ignores.
///
/// It keeps up to nine bytes of state and looks at no payload. What it finds wrong is not its business: nghttp2 reads the same bytes.
struct FrameScanner {
  /// Bytes until the next header begins.
  private var skip: Int
  /// Of a header that was cut: how many of its bytes came, and those (length, type and flags; stream).
  private var partCount = 0
  private var partPrefix: UInt64 = 0
  private var partStream: UInt32 = 0

  /// - Parameter skip: Bytes before the first frame: a server's peer begins with a preface of 24.
  init(skip: Int) { self.skip = skip }

  /// Calls `body` with each header that is complete in `bytes`, until it answers false.
  ///
  /// - Returns: How many bytes came before the header that `body` answered false to (0 if it began in an earlier call), or nil.
  @inline(__always)
  mutating func scan(_ bytes: UnsafeRawBufferPointer, _ body: (FrameHeader) -> Bool) -> Int? {
    var at = 0
    while true {
      let skipped = min(skip, bytes.count - at)
      skip -= skipped
      at += skipped
      guard at < bytes.count else { return nil }
      let start = at
      var header: FrameHeader?
      if partCount == 0, bytes.count - at >= 9 {
        let prefix = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) >> 24
        header = Self.header(prefix, UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 5, as: UInt32.self)))
        at += 9
      } else {
        header = gather(bytes, &at)
      }
      guard let header else { return nil }
      skip = header.length
      guard body(header) else { return start }
    }
  }

  private mutating func gather(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> FrameHeader? {
    while partCount < 9 {
      guard at < bytes.count else { return nil }
      if partCount < 5 { partPrefix = partPrefix << 8 | UInt64(bytes[at]) } else { partStream = partStream << 8 | UInt32(bytes[at]) }
      partCount += 1
      at += 1
    }
    defer { (partCount, partPrefix, partStream) = (0, 0, 0) }
    return Self.header(partPrefix, partStream)
  }

  /// - Parameter prefix: 24 bits of length, eight of type, eight of flags.
  private static func header(_ prefix: UInt64, _ stream: UInt32) -> FrameHeader {
    FrameHeader(
      length: Int(prefix >> 16), type: UInt8(truncatingIfNeeded: prefix >> 8), flags: UInt8(truncatingIfNeeded: prefix),
      stream: stream & 0x7fff_ffff)
  }
}
