/// Breaks a shaped paragraph into lines by the rules of Chinese typesetting, and places the glyphs.
///
/// No closing punctuation at a line's beginning and no opening one at its end; half of a square is taken from punctuation at a
/// line's edges and between two marks; a quarter is put between Chinese and Latin; lines are stretched or tightened to the
/// full width (W3C, "Requirements for Chinese Text Layout", chapters 3.1 to 3.3).
struct LineBreaker {
  enum Alignment { case justified, left, center, right }

  struct Measure {
    var width: Float
    /// Of the first line, in points.
    var indent: Float = 0
    var alignment = Alignment.justified
    /// Distance from line to line.
    var lineHeight: Float
    /// The size that lines without anything larger are set around.
    var fontSize: Float
    /// What may be added between two Chinese characters, as a part of the font size; a line that needs more stays ragged.
    var stretchMax: Float = 0.5
    /// Whether a line may break anywhere, and keeps its spaces: code.
    var isVerbatim = false
  }

  /// A line before its glyphs are placed: clusters `start` up to `end`, and up to `next` what is swallowed by the break.
  private struct Span {
    var start: Int
    var end: Int
    var next: Int
    var isLast: Bool
  }

  private let text: ShapedText
  private let measure: Measure
  private let pictures: [PictureBox]

  /// Appends the paragraph's lines to `store` and returns which they are. An empty text has no line.
  static func lines(of text: ShapedText, _ measure: Measure, pictures: [PictureBox], into store: inout LineStore) -> Range<Int> {
    let breaker = LineBreaker(text: text, measure: measure, pictures: pictures)
    let first = store.lines.count
    let styles = text.styles.map { store.index(of: $0) }
    var start = 0
    while start < text.clusters.count {
      let indent = start == 0 ? measure.indent : 0
      let span = breaker.span(from: start, room: measure.width - indent, isFirst: start == 0)
      breaker.place(span, indent: indent, styles: styles, into: &store)
      start = max(span.next, start + 1)
    }
    return first..<store.lines.count
  }

  /// Widths of the text: of its longest unbreakable piece, and of all of it in one line.
  static func widths(of text: ShapedText) -> (least: Float, most: Float) {
    let breaker = LineBreaker(text: text, measure: Measure(width: .infinity, lineHeight: 0, fontSize: 0), pictures: [])
    var least: Float = 0
    var most: Float = 0
    var piece: Float = 0
    var line: Float = 0
    for index in text.clusters.indices {
      if text.clusters[index].flags.contains(.mustBreakBefore) {
        line = 0
        piece = 0
      } else if index > 0 {
        let gap = breaker.gap(before: index)
        line += gap
        piece = breaker.canBreak(before: index) ? 0 : piece + gap
      }
      line += text.clusters[index].width
      most = max(most, line)
      if !text.clusters[index].flags.contains(.isSpace) {
        piece += text.clusters[index].width
        least = max(least, piece)
      }
    }
    return (least, most)
  }

  // MARK: Where lines end

  private func span(from start: Int, room: Float, isFirst: Bool) -> Span {
    let clusters = text.clusters
    var start = start
    if !measure.isVerbatim, !isFirst {
      while start < clusters.count, clusters[start].flags.contains(.isSpace), !clusters[start].flags.contains(.mustBreakBefore) {
        start += 1
      }
      if start == clusters.count { return Span(start: start, end: start, next: start, isLast: true) }
    }
    var width = startTrim(start, isFirst: isFirst)
    var shrink: Float = 0
    var best: Int?
    var index = start
    while index < clusters.count {
      let cluster = clusters[index]
      if index > start {
        if cluster.flags.contains(.mustBreakBefore) {
          return Span(start: start, end: index, next: index, isLast: true)
        }
        width += gap(before: index)
      }
      width += cluster.width
      // A space at the end takes no room.
      let isOver = width - endTrim(index) - (cluster.flags.contains(.isSpace) ? cluster.width : 0) > room
      if isOver {
        let mayPullIn = cluster.flags.contains(.isClosing) && width - endTrim(index) - shrink <= room
        if !mayPullIn || measure.isVerbatim {
          if index > start, canBreak(before: index) { best = index }
          break
        }
      }
      if cluster.flags.contains(.isClosing) { shrink += 0.25 * size(index) }
      if cluster.flags.contains(.isSpace) { shrink += 0.3 * cluster.width }
      index += 1
      if index < clusters.count, canBreak(before: index) { best = index }
    }
    if index == clusters.count { return Span(start: start, end: index, next: index, isLast: true) }
    // Nothing may break: an address or a number longer than the line is cut.
    let next = best ?? max(index, start + 1)
    return Span(start: start, end: next, next: next, isLast: false)
  }

  private func canBreak(before index: Int) -> Bool {
    if measure.isVerbatim { return true }
    let before = text.clusters[index - 1]
    let after = text.clusters[index]
    if after.flags.contains(.isClosing) { return false }
    if after.scalar > 0x2000 || after.scalar == 0xB7, ChineseText.mustNotBeginLine(after.scalar) { return false }
    if isNoteMark(index) { return false }
    if before.flags.contains(.isOpening) { return false }
    // Unicode's rules (UAX #14, LB19) glue quotation marks to both sides, as they cannot tell one end from the other.
    if after.flags.contains(.isOpening) || before.flags.contains(.isClosing) { return !after.flags.contains(.isSpace) }
    return after.flags.contains(.breaksBefore)
  }

  /// Whether the cluster is part of a footnote's number, which belongs to what it stands behind.
  private func isNoteMark(_ index: Int) -> Bool { text.styles[Int(text.clusters[index].style)].rise > 0 }

  private func size(_ index: Int) -> Float { text.styles[Int(text.clusters[index].style)].size }

  /// Space put between a cluster and the one before it in the same line; negative where two marks share their blanks.
  private func gap(before index: Int) -> Float {
    if measure.isVerbatim { return 0 }
    let before = text.clusters[index - 1]
    let after = text.clusters[index]
    if before.scalar < 0x2018 && after.scalar < 0x2018 { return 0 }
    if before.flags.contains(.isClosing) {
      return after.flags.contains(.isClosing) || after.flags.contains(.isOpening) ? -0.5 * size(index) : 0
    }
    if before.flags.contains(.isOpening) { return after.flags.contains(.isOpening) ? -0.5 * size(index) : 0 }
    if ChineseText.isIdeograph(before.scalar), ChineseText.isLatin(after.scalar) { return 0.25 * size(index - 1) }
    if ChineseText.isIdeograph(after.scalar), ChineseText.isLatin(before.scalar) { return 0.25 * size(index) }
    return 0
  }

  private func startTrim(_ index: Int, isFirst: Bool) -> Float {
    guard !isFirst, !measure.isVerbatim, text.clusters[index].flags.contains(.isOpening) else { return 0 }
    return -0.5 * size(index)
  }

  private func endTrim(_ index: Int) -> Float {
    guard !measure.isVerbatim, text.clusters[index].flags.contains(.isClosing) else { return 0 }
    return 0.5 * size(index)
  }

  // MARK: Where glyphs stand

  private func place(_ span: Span, indent: Float, styles: [Int32], into store: inout LineStore) {
    var end = span.end
    if !measure.isVerbatim {
      while end > span.start, text.clusters[end - 1].flags.contains(.isSpace) { end -= 1 }
    }
    var line = LineStore.Line(
      runs: Int32(store.runs.count)..<Int32(store.runs.count), ascent: 0, descent: 0, width: 0)
    (line.ascent, line.descent) = heights(span.start..<end)
    guard span.start < end else {
      store.lines.append(line)
      return
    }
    let trim = startTrim(span.start, isFirst: span.start == 0)
    var natural = trim - endTrim(end - 1) + text.clusters[span.start].width
    for index in span.start + 1..<max(end, span.start + 1) { natural += gap(before: index) + text.clusters[index].width }
    let room = measure.width - indent
    var x = indent + trim
    switch measure.alignment {
    case .center: x += max(0, (room - natural) / 2)
    case .right: x += max(0, room - natural)
    case .justified, .left: break
    }
    var stretch = Stretch()
    let extra = room - natural
    if extra < 0 || measure.alignment == .justified && !span.isLast {
      stretch = self.stretch(span.start..<end, extra: extra)
    }
    appendRuns(span.start..<end, x: x, stretch: stretch, styles: styles, into: &store)
    line.runs = line.runs.lowerBound..<Int32(store.runs.count)
    line.width = measure.alignment == .justified && !span.isLast ? measure.width : indent + natural
    store.lines.append(line)
  }

  /// What is added at each place of a line, in points.
  private struct Stretch {
    var atSpaces: Float = 0
    var atScripts: Float = 0
    var atWide: Float = 0
    var afterClosing: Float = 0
  }

  /// Shares out `extra`: first to spaces and between scripts, then between all characters; too much is left at the end.
  private func stretch(_ range: Range<Int>, extra: Float) -> Stretch {
    var spaces: Float = 0
    var scripts: Float = 0
    var wide: Float = 0
    var closing: Float = 0
    for index in range.dropLast() {
      switch place(after: index) {
      case .space: spaces += 1
      case .script: scripts += 1
      case .wide: wide += 1
      case .none: break
      }
      if text.clusters[index].flags.contains(.isClosing) { closing += 1 }
    }
    let size = measure.fontSize
    var result = Stretch()
    if extra < 0 {
      // Closing marks give first, as their blank half is there to be taken; spaces the rest.
      if closing > 0 { result.afterClosing = max(extra / closing, -0.25 * size) }
      let rest = extra - result.afterClosing * closing
      if spaces > 0, rest < -0.01 { result.atSpaces = max(rest / spaces, -0.1 * size) }
      return result
    }
    let most = wide > 0 ? 0.2 * size : 0.8 * size
    if spaces + scripts > 0 {
      let each = min(extra / (spaces + scripts), most)
      result.atSpaces = each
      result.atScripts = each
    }
    let rest = extra - result.atSpaces * (spaces + scripts)
    guard rest > 0.001, wide > 0 else { return spaces > 0 && rest > 0.001 && wide == 0 ? Stretch() : result }
    let each = rest / (wide + spaces + scripts)
    // A line this loose, before a long address say, looks better ragged.
    guard each <= measure.stretchMax * size else { return Stretch() }
    result.atWide = each
    result.atSpaces += each
    result.atScripts += each
    return result
  }

  private enum Place { case space, script, wide, none }

  /// What kind of place for more space there is between a cluster and its successor.
  private func place(after index: Int) -> Place {
    let before = text.clusters[index]
    let after = text.clusters[index + 1]
    if before.flags.contains(.isSpace) { return .space }
    if after.flags.contains(.isSpace) || isNoteMark(index + 1) { return .none }
    if before.flags.contains(.isWide) {
      if before.flags.contains(.isOpening) || after.flags.contains(.isClosing) { return .none }
      // A dash of two squares stays whole.
      if before.scalar == after.scalar, ChineseText.isDash(before.scalar) { return .none }
      if after.flags.contains(.isWide) { return .wide }
      return ChineseText.isDash(before.scalar) ? .none : .script
    }
    if !after.flags.contains(.isWide) || after.flags.contains(.isClosing) { return .none }
    return ChineseText.isDash(after.scalar) ? .none : .script
  }

  private func heights(_ range: Range<Int>) -> (ascent: Float, descent: Float) {
    // The square of a Chinese character reaches from 0.12 below the base to 0.88 above it.
    let leading = (measure.lineHeight - measure.fontSize) / 2
    var ascent = leading + 0.88 * measure.fontSize
    let descent = leading + 0.12 * measure.fontSize
    if text.hasPictures {
      for index in range {
        let picture = text.styles[Int(text.clusters[index].style)].picture
        if picture >= 0 { ascent = max(ascent, pictures[Int(picture)].height + leading) }
      }
    }
    return (ascent, descent)
  }

  private func appendRuns(_ range: Range<Int>, x: Float, stretch: Stretch, styles: [Int32], into store: inout LineStore) {
    var x = x
    var positions: [(cluster: Int, x: Float)] = []
    positions.reserveCapacity(range.count)
    for index in range {
      let cluster = text.clusters[index]
      if index > range.lowerBound { x += gap(before: index) }
      positions.append((index, x))
      x += cluster.width
      guard index + 1 < range.upperBound else { break }
      switch place(after: index) {
      case .space: x += stretch.atSpaces
      case .script: x += stretch.atScripts
      case .wide: x += stretch.atWide
      case .none: break
      }
      if stretch.afterClosing != 0, cluster.flags.contains(.isClosing) { x += stretch.afterClosing }
    }
    if text.hasRightToLeft { mirror(&positions) }
    var index = 0
    while index < positions.count {
      let first = text.clusters[positions[index].cluster]
      var end = index + 1
      while end < positions.count, text.clusters[positions[end].cluster].font == first.font,
        text.clusters[positions[end].cluster].style == first.style
      { end += 1 }
      appendRun(positions[index..<end], font: first.font, style: styles[Int(first.style)], into: &store)
      index = end
    }
  }

  /// Stretches of right-to-left clusters change places within their own room.
  private func mirror(_ positions: inout [(cluster: Int, x: Float)]) {
    var index = 0
    while index < positions.count {
      guard text.clusters[positions[index].cluster].flags.contains(.isRightToLeft) else {
        index += 1
        continue
      }
      var end = index
      while end < positions.count, text.clusters[positions[end].cluster].flags.contains(.isRightToLeft) { end += 1 }
      let left = positions[index].x
      let last = positions[end - 1]
      let right = last.x + text.clusters[last.cluster].width
      for place in index..<end {
        positions[place].x = left + right - positions[place].x - text.clusters[positions[place].cluster].width
      }
      index = end
    }
  }

  private func appendRun(
    _ positions: ArraySlice<(cluster: Int, x: Float)>, font: Int16, style: Int32, into store: inout LineStore
  ) {
    guard let first = positions.first, let last = positions.last else { return }
    let glyphStart = store.glyphs.count
    let clusterStart = store.clusters.count
    let byteStart = store.bytes.count
    for position in positions {
      let cluster = text.clusters[position.cluster]
      guard cluster.glyphCount > 0, cluster.glyphCount < 256, cluster.byteCount < 256 else { continue }
      for glyph in text.glyphs[Int(cluster.glyphStart)..<Int(cluster.glyphStart) + Int(cluster.glyphCount)] {
        store.glyphs.append(.init(index: glyph.index, x: position.x + glyph.x, y: glyph.y))
      }
      store.clusters.append(.init(bytes: UInt8(cluster.byteCount), glyphs: UInt8(cluster.glyphCount)))
      store.bytes.append(contentsOf: text.bytes[Int(cluster.byteStart)..<Int(cluster.byteStart) + Int(cluster.byteCount)])
    }
    let left = min(first.x, last.x)
    let right = max(first.x + text.clusters[first.cluster].width, last.x + text.clusters[last.cluster].width)
    store.runs.append(
      .init(
        font: font, style: style, glyphs: Int32(glyphStart)..<Int32(store.glyphs.count),
        clusters: Int32(clusterStart)..<Int32(store.clusters.count), bytes: Int32(byteStart)..<Int32(store.bytes.count), x: left,
        width: right - left))
  }
}
