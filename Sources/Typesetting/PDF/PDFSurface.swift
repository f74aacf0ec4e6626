internal import CPango

/// A PDF file that pages are drawn on, in points from the upper left corner: the only file that calls cairo to draw.
///
/// Belongs to one thread. The bytes go to `output` while pages are finished; fonts come at the end, as subsets.
final class PDFSurface {
  enum Metadata { case title, author, subject, keywords, creator, created, changed }

  private let surface: OpaquePointer
  private let cairo: OpaquePointer
  private let output: PDFStream
  /// Reused from run to run.
  private var glyphs: [cairo_glyph_t] = []
  private var clusters: [cairo_text_cluster_t] = []
  private var watermark: OpaquePointer?
  /// Of each image that was drawn, whether it could be.
  private var images: [Int: Bool] = [:]

  init(width: Double, height: Double, output: OutputBuffer) throws(TypesettingError) {
    let stream = PDFStream(output)
    self.output = stream
    // The surface is finished before `self` goes, so the pointer to the stream outlives every call of the function.
    let closure = Unmanaged.passUnretained(stream).toOpaque()
    let write: cairo_write_func_t = { closure, data, length in
      guard let closure else { return CAIRO_STATUS_WRITE_ERROR }
      let output = Unmanaged<PDFStream>.fromOpaque(closure).takeUnretainedValue()
      do {
        try output.append(UnsafeBufferPointer(start: data, count: Int(length)))
        return CAIRO_STATUS_SUCCESS
      } catch {
        return CAIRO_STATUS_WRITE_ERROR
      }
    }
    guard let surface = cairo_pdf_surface_create_for_stream(write, closure, width, height), let cairo = cairo_create(surface) else {
      throw .failed("cairo_pdf_surface_create_for_stream")
    }
    self.surface = surface
    self.cairo = cairo
  }

  deinit {
    cairo_surface_destroy(watermark)
    cairo_destroy(cairo)
    cairo_surface_finish(surface)
    cairo_surface_destroy(surface)
  }

  func set(_ metadata: Metadata, _ text: String) {
    let kind: cairo_pdf_metadata_t =
      switch metadata {
      case .title: CAIRO_PDF_METADATA_TITLE
      case .author: CAIRO_PDF_METADATA_AUTHOR
      case .subject: CAIRO_PDF_METADATA_SUBJECT
      case .keywords: CAIRO_PDF_METADATA_KEYWORDS
      case .creator: CAIRO_PDF_METADATA_CREATOR
      case .created: CAIRO_PDF_METADATA_CREATE_DATE
      case .changed: CAIRO_PDF_METADATA_MOD_DATE
      }
    cairo_pdf_surface_set_metadata(surface, kind, text)
  }

  /// Ends the page; the next call begins another.
  func endPage() throws {
    cairo_show_page(cairo)
    try check()
  }

  /// Writes fonts, outline and the rest; nothing can be drawn afterwards.
  func finish() throws {
    cairo_surface_finish(surface)
    try check()
    try output.finish()
  }

  private func check() throws {
    if let failure = output.failure { throw failure }
    for status in [cairo_status(cairo), cairo_surface_status(surface)] where status != CAIRO_STATUS_SUCCESS {
      throw TypesettingError.failed(String(cString: cairo_status_to_string(status)))
    }
  }

  // MARK: Lines and grounds

  func fill(x: Float, y: Float, width: Float, height: Float, gray: Double) {
    cairo_set_source_rgb(cairo, gray, gray, gray)
    cairo_rectangle(cairo, Double(x), Double(y), Double(width), Double(height))
    cairo_fill(cairo)
  }

  func stroke(from: (x: Float, y: Float), to: (x: Float, y: Float), width: Double, gray: Double) {
    cairo_set_source_rgb(cairo, gray, gray, gray)
    cairo_set_line_width(cairo, width)
    cairo_move_to(cairo, Double(from.x), Double(from.y))
    cairo_line_to(cairo, Double(to.x), Double(to.y))
    cairo_stroke(cairo)
  }

  /// All lines of a table's part: thin ones within, a stronger one around.
  func draw(_ grid: TableGrid) {
    guard let top = grid.rows.first else { return }
    cairo_set_source_rgb(cairo, 0.45, 0.45, 0.45)
    cairo_set_line_width(cairo, 0.4)
    for x in grid.edges.dropFirst().dropLast() {
      cairo_move_to(cairo, Double(x), Double(top))
      cairo_line_to(cairo, Double(x), Double(grid.bottom))
    }
    for y in grid.rows.dropFirst() {
      cairo_move_to(cairo, Double(grid.left), Double(y))
      cairo_line_to(cairo, Double(grid.right), Double(y))
    }
    cairo_stroke(cairo)
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2)
    cairo_set_line_width(cairo, 0.8)
    cairo_rectangle(cairo, Double(grid.left), Double(top), Double(grid.right - grid.left), Double(grid.bottom - top))
    cairo_stroke(cairo)
  }

  /// A row of dots from one x to another, on a grid that is the same for every line.
  func dots(from: Float, to: Float, y: Float, distance: Float) {
    let start = (from / distance).rounded(.up) * distance
    guard start < to else { return }
    cairo_save(cairo)
    cairo_set_source_rgb(cairo, 0.35, 0.35, 0.35)
    cairo_set_line_width(cairo, 0.9)
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
    cairo_set_dash(cairo, [0, Double(distance)], 2, 0)
    cairo_move_to(cairo, Double(start), Double(y))
    cairo_line_to(cairo, Double(to), Double(y))
    cairo_stroke(cairo)
    cairo_restore(cairo)
  }

  func circle(x: Float, y: Float, radius: Float, isFilled: Bool) {
    cairo_new_sub_path(cairo)
    cairo_arc(cairo, Double(x), Double(y), Double(radius), 0, 2 * Double.pi)
    cairo_set_source_rgb(cairo, 0, 0, 0)
    cairo_set_line_width(cairo, 0.7)
    if isFilled { cairo_fill(cairo) } else { cairo_stroke(cairo) }
  }

  func checkBox(x: Float, y: Float, size: Float, isChecked: Bool) {
    cairo_set_source_rgb(cairo, 0, 0, 0)
    cairo_set_line_width(cairo, 0.8)
    cairo_rectangle(cairo, Double(x), Double(y), Double(size), Double(size))
    cairo_stroke(cairo)
    guard isChecked else { return }
    cairo_set_line_width(cairo, 1.2)
    cairo_move_to(cairo, Double(x + size * 0.2), Double(y + size * 0.55))
    cairo_line_to(cairo, Double(x + size * 0.42), Double(y + size * 0.78))
    cairo_line_to(cairo, Double(x + size * 0.82), Double(y + size * 0.22))
    cairo_stroke(cairo)
  }

  // MARK: Text

  /// Draws the glyphs of a run with the text they stand for, so that it can be copied.
  func show(_ run: LineStore.Run, of store: LineStore, font: OpaquePointer, x: Float, y: Float, ink: TextStyle.Ink) {
    guard !run.glyphs.isEmpty else { return }
    glyphs.removeAll(keepingCapacity: true)
    clusters.removeAll(keepingCapacity: true)
    for index in run.glyphs {
      let glyph = store.glyphs[Int(index)]
      glyphs.append(cairo_glyph_t(index: UInt(glyph.index), x: Double(x + glyph.x), y: Double(y + glyph.y)))
    }
    for index in run.clusters {
      let cluster = store.clusters[Int(index)]
      clusters.append(cairo_text_cluster_t(num_bytes: Int32(cluster.bytes), num_glyphs: Int32(cluster.glyphs)))
    }
    switch ink {
    case .text: cairo_set_source_rgb(cairo, 0, 0, 0)
    case .link: cairo_set_source_rgb(cairo, 0.05, 0.25, 0.55)
    case .faint: cairo_set_source_rgb(cairo, 0.3, 0.3, 0.3)
    }
    cairo_set_scaled_font(cairo, font)
    store.bytes.withUnsafeBytes { bytes in
      // The run's bytes, glyphs and clusters are copied by cairo before it returns.
      let text = bytes.baseAddress?.advanced(by: Int(run.bytes.lowerBound)).assumingMemoryBound(to: CChar.self)
      cairo_show_text_glyphs(
        cairo, text, Int32(run.bytes.count), glyphs, Int32(glyphs.count), clusters, Int32(clusters.count), cairo_text_cluster_flags_t(0))
    }
  }

  /// Draws a line of text as shapes, turned about the sheet's middle and translucent: what is copied from a page is its text
  /// alone. The shapes are recorded once and come into the file once, however many pages show them.
  func watermark(_ shape: WatermarkShape, of store: LineStore, sheet: (width: Double, height: Double)) {
    if watermark == nil { watermark = recording(shape, of: store, sheet: sheet) }
    guard let watermark else { return }
    cairo_set_source_surface(cairo, watermark, 0, 0)
    cairo_paint(cairo)
  }

  private func recording(_ shape: WatermarkShape, of store: LineStore, sheet: (width: Double, height: Double)) -> OpaquePointer? {
    var extents = cairo_rectangle_t(x: 0, y: 0, width: sheet.width, height: sheet.height)
    guard let surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents) else { return nil }
    let cairo = cairo_create(surface)
    defer { cairo_destroy(cairo) }
    cairo_translate(cairo, sheet.width / 2, sheet.height / 2)
    cairo_rotate(cairo, shape.angle)
    cairo_scale(cairo, shape.scale, shape.scale)
    cairo_set_source_rgba(cairo, 0.35, 0.35, 0.35, shape.opacity)
    for (run, font) in shape.runs {
      cairo_set_scaled_font(cairo, font)
      let glyphs = run.glyphs.map { index in
        let glyph = store.glyphs[Int(index)]
        return cairo_glyph_t(index: UInt(glyph.index), x: Double(glyph.x - shape.width / 2), y: Double(glyph.y + shape.ascent / 2))
      }
      cairo_glyph_path(cairo, glyphs, Int32(glyphs.count))
    }
    cairo_fill(cairo)
    return surface
  }

  // MARK: Links and outline

  /// Makes what is drawn until `endLink` a link to an address, which holds neither quotes nor backslashes.
  func beginLink(to address: String) { cairo_tag_begin(cairo, CAIRO_TAG_LINK, "uri='\(address)'") }

  /// The same for a place that `addDestination` names on this page or any other; a name without a place fails the file.
  func beginLink(toDestination name: String) { cairo_tag_begin(cairo, CAIRO_TAG_LINK, "dest='\(name)'") }

  func endLink() { cairo_tag_end(cairo, CAIRO_TAG_LINK) }

  /// Names a place on the page for links: letters and digits only.
  func addDestination(_ name: String, y: Float) {
    cairo_tag_begin(cairo, CAIRO_TAG_DEST, "name='\(name)' x=0 y=\(y)")
    cairo_tag_end(cairo, CAIRO_TAG_DEST)
  }

  /// Adds an entry to the outline that a viewer shows beside the pages.
  ///
  /// - Parameter parent: What an earlier call returned, or 0.
  func addOutlineEntry(_ text: String, parent: Int32, page: Int, y: Float) -> Int32 {
    cairo_pdf_surface_add_outline(surface, parent, text, "page=\(page) pos=[0 \(y)]", cairo_pdf_outline_flags_t(0))
  }

  // MARK: Pictures

  /// Draws a picture with its lower left corner at x, y. What cannot be decoded is left out.
  func draw(_ box: PictureBox, x: Float, y: Float) {
    // Unpacked and written where it stands first; a broken one is not tried again.
    if images[box.identifier] == false { return }
    let isRepeated = images[box.identifier] == true
    guard let image = PDFImage.surface(of: box.image, identifier: box.identifier, isRepeated: isRepeated) else {
      images[box.identifier] = false
      return
    }
    images[box.identifier] = true
    defer { cairo_surface_destroy(image) }
    cairo_save(cairo)
    cairo_translate(cairo, Double(x), Double(y - box.height))
    cairo_scale(cairo, Double(box.width) / Double(box.image.width), Double(box.height) / Double(box.image.height))
    cairo_set_source_surface(cairo, image, 0, 0)
    cairo_paint(cairo)
    cairo_restore(cairo)
  }
}

/// A watermark's glyphs and how they lie on the sheet.
struct WatermarkShape {
  var runs: [(run: LineStore.Run, font: OpaquePointer)]
  /// Of the line before it is scaled.
  var width: Float
  var ascent: Float
  var scale: Double
  /// In radians, clockwise.
  var angle: Double
  var opacity: Double
}
