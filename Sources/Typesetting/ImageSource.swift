/// An image as a document holds it: PNG or JPEG, checked no further than its head.
package struct Image: Sendable, Equatable {
  package enum Format: Sendable { case png, jpeg }

  package let format: Format
  package let bytes: [UInt8]
  /// In pixels, from the head.
  package let width: Int
  package let height: Int

  package static let bytesMax = 16 << 20
  /// 24 megapixels: 96 MB while a PNG is drawn.
  package static let pixelsMax = 24_000_000

  /// Nil if the bytes are neither PNG nor JPEG, or larger than the limits.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.bytesMax, let head = ImageHead.read(bytes) else { return nil }
    guard head.isWithinLimits else { return nil }
    format = head.format
    width = head.width
    height = head.height
    self.bytes = bytes
  }
}

/// Where a document's images come from: nothing is fetched on its behalf but what the caller hands over.
package struct ImageSource: Sendable {
  /// What the images of one document may be together.
  package static let bytesMax = 128 << 20
  package static let pixelsMax = 240_000_000

  private let resolve: @Sendable (String) -> Image?

  /// - Parameter resolve: The image for a name in the document that is no `data:` address; nil shows its alternative text.
  package init(_ resolve: @escaping @Sendable (String) -> Image?) { self.resolve = resolve }

  /// No images but those inside the document.
  package static let none = ImageSource { _ in nil }

  func image(_ source: String) -> Image? {
    if source.utf8.starts(with: "data:".utf8) { return DataAddress.image(source) }
    return resolve(source)
  }
}

/// Images of one run, each asked for once, with a limit on how many bytes and pixels of them there may be: a picture in one colour has
/// 24 million pixels in three kilobytes, and each takes as long to unpack and to pack as if it showed something.
struct ImageCache {
  private let source: ImageSource
  private var known: [Name: (image: Image?, index: Int)] = [:]
  private var bytes = 0
  private var pixels = 0

  init(_ source: ImageSource) { self.source = source }

  mutating func image(_ name: String) -> Image? { indexed(name)?.image }

  /// The image, and a number that tells it from the run's others.
  mutating func indexed(_ name: String) -> (image: Image, index: Int)? {
    let key = Name(text: name)
    if let known = known[key] { return known.image.map { ($0, known.index) } }
    var image = source.image(name)
    if let found = image {
      bytes += found.bytes.count
      pixels += found.width * found.height
      if bytes > ImageSource.bytesMax || pixels > ImageSource.pixelsMax { image = nil }
    }
    let index = known.count
    known[key] = (image, index)
    return image.map { ($0, index) }
  }

  /// A `data:` address may have megabytes and stand in a document a thousand times: it is told from others by parts of it, and compared
  /// in no time where it is the same string.
  private struct Name: Hashable {
    var text: String

    func hash(into hasher: inout Hasher) {
      let bytes = text.utf8
      hasher.combine(bytes.count)
      guard bytes.count > 1_024 else { return hasher.combine(text) }
      for start in [0, bytes.count / 2, bytes.count - 256] {
        for byte in bytes.dropFirst(start).prefix(256) { hasher.combine(byte) }
      }
    }
  }
}
