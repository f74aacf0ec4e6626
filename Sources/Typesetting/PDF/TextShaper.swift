internal import CPango
internal import Glibc

/// Finds fonts for text and turns it into glyphs: the only file that calls Pango.
///
/// Pango and the fonts it loads belong to one thread at a time (Pango's manual, "Thread safety"), so each run has its own font
/// map and context, and gives them back at its end. Fontconfig's configuration is global and locks itself; it is
/// read once, before the first font map.
final class TextShaper {
  struct Font {
    let pango: UnsafeMutablePointer<PangoFont>
    /// Belongs to the Pango font.
    let cairo: OpaquePointer
  }

  private(set) var fonts: [Font] = []
  private let map: UnsafeMutablePointer<PangoFontMap>
  private let context: OpaquePointer
  private let language: OpaquePointer?
  private let attributes: OpaquePointer?
  /// Ask the font for its narrow forms.
  private let narrowAttributes: OpaquePointer?
  private let glyphString: UnsafeMutablePointer<PangoGlyphString>
  private var descriptions: [FontKey: OpaquePointer] = [:]
  private var fontIndices: [UnsafeMutablePointer<PangoFont>: Int16] = [:]
  private var logAttributes: [PangoLogAttr] = []

  private struct FontKey: Hashable {
    var family: TextStyle.Family
    var isBold: Bool
    var isItalic: Bool
    var size: Float
  }

  /// FcInit reads the fonts' cache; called by two threads at once it would do it twice.
  private static let fontconfigIsReady: Bool = FcInit() != 0

  init() throws(TypesettingError) {
    guard Self.fontconfigIsReady else { throw .failed("fontconfig") }
    guard let map = pango_cairo_font_map_new() else { throw .failed("pango_cairo_font_map_new") }
    guard let context = pango_font_map_create_context(map) else { throw .failed("pango_font_map_create_context") }
    guard let glyphString = pango_glyph_string_new() else { throw .failed("pango_glyph_string_new") }
    self.map = map
    self.context = context
    self.glyphString = glyphString
    attributes = pango_attr_list_new()
    narrowAttributes = pango_attr_list_new()
    // The list takes the attribute over.
    pango_attr_list_insert(narrowAttributes, pango_attr_font_features_new("pwid=1"))
    language = pango_language_from_string("zh-cn")
    // One point of a font's size is one unit of the page.
    pango_cairo_context_set_resolution(context, 72)
    pango_context_set_language(context, language)
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR)
    pango_context_set_round_glyph_positions(context, 0)
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    pango_cairo_context_set_font_options(context, options)
    cairo_font_options_destroy(options)
  }

  deinit {
    for font in fonts { g_object_unref(font.pango) }
    for description in descriptions.values { pango_font_description_free(description) }
    pango_attr_list_unref(attributes)
    pango_attr_list_unref(narrowAttributes)
    pango_glyph_string_free(glyphString)
    g_object_unref(UnsafeMutableRawPointer(context))
    g_object_unref(map)
  }

  /// Shapes the runs of one paragraph into `shaped`, which is emptied before. A line feed in a run ends a line.
  ///
  /// - Parameter pictures: Sizes of the pictures that styles name.
  func shape(_ runs: [StyledRun], pictures: [PictureBox] = [], into shaped: inout ShapedText) {
    shaped.removeAll()
    var starts: [Int] = []
    for run in runs {
      starts.append(shaped.bytes.count)
      shaped.styles.append(run.style)
      shaped.bytes.append(contentsOf: run.text.utf8)
    }
    starts.append(shaped.bytes.count)
    // Shaped piece by piece, so that a paragraph of megabytes needs no tables of its own length.
    var from = 0
    var mustBreak = false
    while from < shaped.bytes.count {
      let (to, next, endsLine) = TextPieces.next(in: shaped.bytes, from: from)
      let first = shaped.clusters.count
      if from < to { shapePiece(from..<to, starts: starts, into: &shaped) }
      if mustBreak {
        if first < shaped.clusters.count {
          shaped.clusters[first].flags.insert(.mustBreakBefore)
          mustBreak = false
        }
      }
      mustBreak = mustBreak || endsLine
      from = next
    }
    guard runs.contains(where: { $0.style.picture >= 0 }) else { return }
    shaped.hasPictures = true
    for index in shaped.clusters.indices {
      let picture = shaped.styles[Int(shaped.clusters[index].style)].picture
      guard picture >= 0 else { continue }
      shaped.clusters[index].width = pictures[Int(picture)].width
      shaped.clusters[index].glyphCount = 0
    }
  }

  private func shapePiece(_ piece: Range<Int>, starts: [Int], into shaped: inout ShapedText) {
    let bytes = shaped.bytes
    bytes.withUnsafeBytes { raw in
      // Pango takes UTF-8 as signed characters; the bytes outlive every call here.
      guard let text = raw.baseAddress?.advanced(by: piece.lowerBound).assumingMemoryBound(to: CChar.self) else { return }
      let length = Int32(piece.count)
      findBreaks(text, length)
      var character = 0
      for run in shaped.styles.indices {
        let low = max(starts[run], piece.lowerBound)
        let high = min(starts[run + 1], piece.upperBound)
        guard low < high else { continue }
        let style = shaped.styles[run]
        pango_context_set_font_description(context, description(style))
        let items = pango_itemize(
          context, text, Int32(low - piece.lowerBound), Int32(high - low),
          style.isLatinQuote ? narrowAttributes : attributes, nil)
        var link = items
        while let node = link {
          let item = node.pointee.data.assumingMemoryBound(to: PangoItem.self)
          append(item, text: text, length: length, base: piece.lowerBound, run: run, character: &character, into: &shaped)
          pango_item_free(item)
          link = node.pointee.next
        }
        g_list_free(items)
      }
    }
  }

  private func findBreaks(_ text: UnsafePointer<CChar>, _ length: Int32) {
    let count = Int(g_utf8_strlen(text, Int(length))) + 1
    if logAttributes.count < count {
      logAttributes = [PangoLogAttr](repeating: PangoLogAttr(), count: max(count, 256))
    }
    logAttributes.withUnsafeMutableBufferPointer {
      pango_get_log_attrs(text, length, -1, language, $0.baseAddress, Int32(count))
    }
  }

  /// Appends the clusters of one item; `character` is the index of its first character in the piece.
  private func append(
    _ item: UnsafeMutablePointer<PangoItem>, text: UnsafePointer<CChar>, length: Int32, base: Int, run: Int, character: inout Int,
    into shaped: inout ShapedText
  ) {
    let start = Int(item.pointee.offset)
    let count = Int(item.pointee.length)
    pango_shape_full(text + start, Int32(count), text, length, &item.pointee.analysis, glyphString)
    let font = index(of: item.pointee.analysis.font)
    let style = shaped.styles[run]
    let isReversed = item.pointee.analysis.level & 1 == 1
    if isReversed { shaped.hasRightToLeft = true }
    let glyphs = UnsafeBufferPointer(start: glyphString.pointee.glyphs, count: Int(glyphString.pointee.num_glyphs))
    guard let offsets = glyphString.pointee.log_clusters else { return }
    let scale = 1 / Float(PANGO_SCALE)
    var index = isReversed ? glyphs.count - 1 : 0
    let step = isReversed ? -1 : 1
    while index >= 0, index < glyphs.count {
      let offset = Int(offsets[index])
      var end = index
      while end >= 0, end < glyphs.count, Int(offsets[end]) == offset { end += step }
      let nextOffset = end >= 0 && end < glyphs.count ? Int(offsets[end]) : count
      let glyphStart = shaped.glyphs.count
      var width: Float = 0
      // Glyphs of a cluster from left to right, whichever way the text runs.
      for glyph in min(index, end - step)...max(index, end - step) {
        let info = glyphs[glyph]
        if info.glyph != PANGO_GLYPH_EMPTY {
          let identifier = info.glyph & 0x1000_0000 != 0 ? 0 : info.glyph
          shaped.glyphs.append(
            .init(
              index: identifier, x: width + Float(info.geometry.x_offset) * scale, y: Float(info.geometry.y_offset) * scale - style.rise))
        }
        width += Float(info.geometry.width) * scale
      }
      let byteStart = start + offset
      let scalar = UInt32(g_utf8_get_char(text + byteStart))
      let attribute = logAttributes[character]
      var flags = Self.flags(scalar, width: width, style: style, isReversed: isReversed)
      if attribute.is_line_break != 0 { flags.insert(.breaksBefore) }
      character += Int(g_utf8_strlen(text + byteStart, nextOffset - offset))
      shaped.clusters.append(
        .init(
          glyphStart: Int32(glyphStart), byteStart: Int32(base + byteStart),
          glyphCount: UInt16(clamping: shaped.glyphs.count - glyphStart), byteCount: UInt16(clamping: nextOffset - offset), font: font,
          style: Int32(run), width: width, scalar: scalar, flags: flags))
      index = end
    }
  }

  private static func flags(_ scalar: UInt32, width: Float, style: TextStyle, isReversed: Bool) -> ShapedText.Flags {
    var flags: ShapedText.Flags = isReversed ? .isRightToLeft : []
    if scalar == 0x20 || scalar == 0x09 { flags.insert(.isSpace) }
    guard scalar >= 0x2014 else { return flags }
    let isSquare = width > style.size * 0.9
    if isSquare, ChineseText.isDash(scalar) { flags.insert(.isWide) }
    if isSquare, style.family != .mono {
      if ChineseText.isClosing(scalar) { flags.insert(.isClosing) }
      if ChineseText.isOpening(scalar) { flags.insert(.isOpening) }
    }
    if isSquare, let scalar = Unicode.Scalar(scalar), ChineseText.isWide(scalar) || flags.contains(.isClosing) || flags.contains(.isOpening)
    {
      flags.insert(.isWide)
    }
    return flags
  }

  private func index(of font: UnsafeMutablePointer<PangoFont>?) -> Int16 {
    guard let font else { return -1 }
    if let known = fontIndices[font] { return known }
    guard fonts.count < Int(Int16.max), let cairo = pango_cairo_font_get_scaled_font(OpaquePointer(font)) else { return -1 }
    g_object_ref(font)
    fonts.append(Font(pango: font, cairo: cairo))
    let index = Int16(fonts.count - 1)
    fontIndices[font] = index
    return index
  }

  private func description(_ style: TextStyle) -> OpaquePointer? {
    let key = FontKey(family: style.family, isBold: style.isBold, isItalic: style.isItalic, size: style.size)
    if let known = descriptions[key] { return known }
    let description = pango_font_description_new()
    switch style.family {
    case .serif: pango_font_description_set_family(description, "Noto Serif CJK SC,Noto Sans CJK SC,DejaVu Serif,serif")
    case .sans: pango_font_description_set_family(description, "Noto Sans CJK SC,DejaVu Sans,sans-serif")
    case .mono: pango_font_description_set_family(description, "Noto Sans Mono CJK SC,DejaVu Sans Mono,monospace")
    }
    if style.isBold { pango_font_description_set_weight(description, PANGO_WEIGHT_BOLD) }
    if style.isItalic { pango_font_description_set_style(description, PANGO_STYLE_ITALIC) }
    pango_font_description_set_size(description, Int32((style.size * Float(PANGO_SCALE)).rounded()))
    descriptions[key] = description
    return description
  }
}
