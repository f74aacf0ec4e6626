import Jobs
import Platform
import Typesetting

/// Sets documents on threads of its own: that takes the processor for up to seconds.
final class ExportRenderer: Sendable {
  /// How many documents are set at once: `WEFT_EXPORTS`.
  let threads: Int
  /// Bytes that a file may have.
  private static let fileBytesMax = 64 << 20

  private let pool: WorkerPool<Void>

  init(threads: Int) {
    self.threads = threads
    pool = WorkerPool(options: .init(name: "export", threads: threads, queueMax: threads, waitMax: .seconds(60), niceness: 10)) { _ in }
  }

  /// - Parameters:
  ///   - images: What the text names.
  ///   - progress: Called on the thread with the part done, from 0 to 1; what it throws ends the work.
  /// - Returns: The file.
  /// - Throws: `TypesettingError`; what `progress` throws.
  func render(
    _ source: ExportJob.Source, _ images: ImageSource, _ format: ExportFormat,
    progress: @escaping @Sendable (Double) throws(JobStop) -> Void
  ) async throws -> [UInt8] {
    try await pool.run { _ in
      Result {
        let tree = try MarkdownReader.read(source.content) { try progress($0 * 0.1) }
        var bytes: [UInt8] = []
        let options = try Self.options(source)
        let sink = { (chunk: [UInt8]) in bytes += chunk }
        let rest = { (part: Double) in try progress(0.1 + part * 0.9) }
        switch format {
        case .pdf: try PDFWriter.write(tree, options: options, images: images, progress: rest, to: sink)
        case .word: try DOCXWriter.write(tree, options: options, images: images, progress: rest, to: sink)
        case .html: try HTMLWriter.write(tree, options: options, images: images, progress: rest, to: sink)
        case .markdown: try MarkdownWriter.write(source.content, tree, options: options, to: sink)
        }
        return bytes
      }
    }.get()
  }

  func stop() async { await pool.close() }

  private static func options(_ source: ExportJob.Source) throws -> RenderOptions {
    let settings = ExportSettings(options: try JSONObject.object(source.export.options), format: source.export.format)
    var options = RenderOptions()
    options.page = PageSetup(
      size: PageSetup.Size(rawValue: settings.pageSize) ?? .a4, orientation: settings.isLandscape ? .landscape : .portrait,
      margins: .init(
        top: settings.margins.top, bottom: settings.margins.bottom, left: settings.margins.left, right: settings.margins.right),
      fontSize: settings.fontSize, lineHeight: settings.lineHeight)
    options.header = settings.header
    options.footer = settings.footer
    options.hasPageNumbers = settings.hasPageNumbers
    options.watermark = settings.watermark.map { Watermark(text: $0, opacity: settings.watermarkOpacity) }
    options.hasTableOfContents = settings.hasTableOfContents
    options.metadata = source.metadata
    options.hasMetadataPage = settings.hasMetadata
    options.versions = source.versions
    options.outputBytesMax = fileBytesMax
    return options
  }
}
