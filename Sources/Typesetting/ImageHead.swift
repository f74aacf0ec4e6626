/// Format and size of an image, from its first bytes.
package struct ImageHead: Equatable, Sendable {
  package var format: Image.Format
  /// In pixels.
  package var width: Int
  package var height: Int

  package static let sideMax = 30_000

  /// Whether an image of that size can be shown.
  package var isWithinLimits: Bool {
    (1...Self.sideMax).contains(width) && (1...Self.sideMax).contains(height) && width * height <= Image.pixelsMax
  }

  /// Nil if the bytes are neither PNG nor JPEG, or of a kind of them that cannot be shown.
  static func read(_ bytes: [UInt8]) -> ImageHead? {
    var scan = ImageScan()
    scan.take(bytes)
    return scan.head
  }
}
