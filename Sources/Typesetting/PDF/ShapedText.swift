/// A paragraph after shaping: glyphs with their advances, grouped into clusters, in the order of the text.
struct ShapedText {
  /// The smallest piece of text with glyphs of its own. Lengths are in points.
  struct Cluster {
    var glyphStart: Int32
    var byteStart: Int32
    var glyphCount: UInt16
    var byteCount: UInt16
    var font: Int16
    var style: Int32
    var width: Float
    /// The first character.
    var scalar: UInt32
    var flags: Flags
  }

  struct Flags: OptionSet {
    var rawValue: UInt8
    static let breaksBefore = Flags(rawValue: 1)
    static let mustBreakBefore = Flags(rawValue: 2)
    static let isSpace = Flags(rawValue: 4)
    static let isRightToLeft = Flags(rawValue: 8)
    /// Takes a square and is punctuation with a blank right or left half.
    static let isClosing = Flags(rawValue: 16)
    static let isOpening = Flags(rawValue: 32)
    /// Ideograph or other full-width character: space may be added beside it.
    static let isWide = Flags(rawValue: 64)
  }

  struct Glyph {
    var index: UInt32
    /// From the cluster's origin, in points; y goes down.
    var x: Float
    var y: Float
  }

  var clusters: [Cluster] = []
  var glyphs: [Glyph] = []
  var bytes: [UInt8] = []
  var styles: [TextStyle] = []
  var hasRightToLeft = false
  var hasPictures = false

  mutating func removeAll() {
    clusters.removeAll(keepingCapacity: true)
    glyphs.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    styles.removeAll(keepingCapacity: true)
    hasRightToLeft = false
    hasPictures = false
  }
}
