/// What stands on every page around the text: header, footer, page number, watermark.
struct PageFurniture {
  /// A line of text apart from the document's.
  struct Label {
    var line: Int
    var width: Float
  }

  private let options: RenderOptions
  private let geometry: PageGeometry
  private let shaper: TextShaper
  private let size: Float
  private let em: Float
  private var store = LineStore()
  private var shaped = ShapedText()
  private var header: Label?
  private var footer: Label?
  private var mark: Label?
  private var numbers: [Int: Label] = [:]

  init(_ composition: PDFComposition, options: RenderOptions, geometry: PageGeometry) {
    self.options = options
    self.geometry = geometry
    shaper = composition.shaper
    em = Float(composition.setup.fontSize)
    size = min(max(0.75 * em, 7), 10)
    let small = TextStyle(size: size)
    if let text = options.header, !text.isEmpty { header = label(text, small, width: geometry.textWidth) }
    if let text = options.footer, !text.isEmpty { footer = label(text, small, width: geometry.textWidth * 0.68) }
    if let text = options.watermark?.text, !text.isEmpty {
      mark = label(text, TextStyle(family: .sans, size: 48, isBold: true), width: .infinity)
    }
  }

  /// Below this a text in the margin is no longer made smaller.
  private static let sizeMin: Float = 5.5

  /// A text in one line, in smaller type if it needs to be; what does not fit even so is left out.
  private mutating func label(_ text: String, _ style: TextStyle, width: Float) -> Label? {
    let text = String(String.UnicodeScalarView(PlainText.cleaned(text).unicodeScalars.prefix(500).map { $0.value < 0x20 ? " " : $0 }))
    var style = style
    shaper.shape(StyledRun.runs(text, style), into: &shaped)
    let most = LineBreaker.widths(of: shaped).most
    if most > width, style.size > Self.sizeMin {
      style.size = max((style.size * width / most * 10).rounded(.down) / 10, Self.sizeMin)
      shaper.shape(StyledRun.runs(text, style), into: &shaped)
    }
    let lines = LineBreaker.lines(
      of: shaped, .init(width: width, alignment: .left, lineHeight: style.size * 1.5, fontSize: style.size), pictures: [], into: &store)
    guard let line = lines.first else { return nil }
    return Label(line: line, width: store.lines[line].width)
  }

  /// The number of a page as the table of contents shows it.
  mutating func pageNumber(_ page: Int) -> Label {
    if let known = numbers[page] { return known }
    let made = label(String(page), TextStyle(size: em), width: .infinity) ?? Label(line: 0, width: 0)
    numbers[page] = made
    return made
  }

  func draw(_ label: Label, on surface: PDFSurface, x: Float, base: Float) {
    for index in store.lines[label.line].runs {
      let run = store.runs[Int(index)]
      guard run.font >= 0 else { continue }
      surface.show(run, of: store, font: shaper.fonts[Int(run.font)].cairo, x: x, y: base, ink: store.styles[Int(run.style)].ink)
    }
  }

  mutating func draw(on surface: PDFSurface, page: Int, of total: Int) {
    if let mark, let watermark = options.watermark { draw(mark, watermark, on: surface) }
    let right = geometry.left + geometry.textWidth
    if let header {
      let base = max(geometry.top - 0.9 * em, size * 1.2)
      draw(header, on: surface, x: geometry.left + (geometry.textWidth - header.width) / 2, base: base)
      surface.stroke(from: (geometry.left, base + 0.45 * size), to: (right, base + 0.45 * size), width: 0.5, gray: 0.3)
    }
    let base = geometry.height - max(geometry.bottom * 0.5, size * 0.6)
    if let footer {
      let x = options.hasPageNumbers ? geometry.left : geometry.left + (geometry.textWidth - footer.width) / 2
      draw(footer, on: surface, x: x, base: base)
    }
    guard options.hasPageNumbers, let number = label("第 \(page) 页 / 共 \(total) 页", TextStyle(size: size), width: .infinity) else { return }
    let x = footer == nil ? geometry.left + (geometry.textWidth - number.width) / 2 : right - number.width
    draw(number, on: surface, x: x, base: base)
  }

  /// From the lower left to the upper right corner, as large as seven tenths of the way but no larger than a seventh of the sheet.
  private func draw(_ mark: Label, _ watermark: Watermark, on surface: PDFSurface) {
    let width = Double(geometry.width)
    let height = Double(geometry.height)
    let diagonal = (width * width + height * height).squareRoot()
    let scale = min(0.7 * diagonal / Double(max(mark.width, 1)), min(width, height) / 7 / 48 * 1.4)
    let runs = store.lines[mark.line].runs.compactMap { index -> (run: LineStore.Run, font: OpaquePointer)? in
      let run = store.runs[Int(index)]
      return run.font >= 0 ? (run, shaper.fonts[Int(run.font)].cairo) : nil
    }
    let opacity = watermark.opacity.isFinite ? min(max(watermark.opacity, 0), 1) : 0.1
    let shape = WatermarkShape(runs: runs, width: mark.width, ascent: 36, scale: scale, angle: -0.785, opacity: opacity)
    surface.watermark(shape, of: store, sheet: (width, height))
  }
}
