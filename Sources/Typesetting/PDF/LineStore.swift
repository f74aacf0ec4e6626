/// All lines of a document, ready to be drawn: flat arrays, about 17 bytes for each Chinese character.
struct LineStore {
  struct Glyph {
    var index: UInt32
    /// From the line's left end and base, in points; y goes down.
    var x: Float
    var y: Float
  }

  /// What cairo needs to know which bytes of the text a glyph shows.
  struct Cluster {
    var bytes: UInt8
    var glyphs: UInt8
  }

  /// A stretch of a line in one font and one style.
  struct Run {
    var font: Int16
    var style: Int32
    var glyphs: Range<Int32>
    var clusters: Range<Int32>
    var bytes: Range<Int32>
    var x: Float
    var width: Float
  }

  struct Line {
    var runs: Range<Int32>
    /// Height above and below the base, which the line's neighbours stay clear of.
    var ascent: Float
    var descent: Float
    var width: Float

    var height: Float { ascent + descent }
  }

  var glyphs: [Glyph] = []
  var clusters: [Cluster] = []
  var bytes: [UInt8] = []
  var runs: [Run] = []
  var lines: [Line] = []
  var styles: [TextStyle] = []
  private var styleIndices: [TextStyle: Int32] = [:]

  mutating func index(of style: TextStyle) -> Int32 {
    if let known = styleIndices[style] { return known }
    styles.append(style)
    let index = Int32(styles.count - 1)
    styleIndices[style] = index
    return index
  }
}
