internal import Platform

/// Under what name an object is kept, such as `uploads/2026/11/6f1c….pdf`. Made by us, never taken from a client.
///
/// Segments of `a-z 0-9 . _ -`, divided by `/`, none empty and none beginning with a dot: no key means a place outside the
/// store, and the names that begin with a dot are the store's own. At most 512 bytes, 240 in a segment.
public struct BlobKey: Sendable, Hashable, CustomStringConvertible {
  public static let bytesMax = 512
  /// A file name has 255 bytes, of which the store needs a few itself.
  public static let segmentBytesMax = 240

  public let text: String

  /// - Returns: Nil if the text is no key.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.bytesMax else { return nil }
    for segment in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard let first = segment.first, first != UInt8(ascii: "."), segment.count <= Self.segmentBytesMax,
        segment.allSatisfy(Self.isAllowed)
      else { return nil }
    }
    self.text = text
  }

  /// Such as `uploads/2026/11/f47ac10b-58cc-4372-a567-0e02b2c3d479.pdf`: nothing that a client said is part of it but the ending.
  ///
  /// - Parameters:
  ///   - area: The first segment.
  ///   - name: The last one: an id with or without an ending, of characters that a key may have.
  ///   - time: Whose month is named, in microseconds since 1970.
  public init(in area: String, _ name: String, at time: Int64) {
    // 2026-11-21T…
    let month = Timestamp.rfc3339(wallMicroseconds: time).prefix(7).map { $0 == "-" ? "/" : String($0) }.joined()
    guard let key = BlobKey("\(area)/\(month)/\(name)") else { preconditionFailure("a key is made of digits and letters") }
    self = key
  }

  /// The segments, at least one.
  var segments: [String] { text.split(separator: "/").map(String.init) }

  public var description: String { text }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
