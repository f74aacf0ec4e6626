/// Sets a document as a Word file (Office Open XML, ISO/IEC 29500, transitional).
///
/// Belongs to whoever calls it; several threads may write at a time.
package struct DOCXWriter {
  /// - Parameters:
  ///   - progress: Called for each block with the part done, 0 to 1; what it throws ends the run and is thrown on.
  ///   - sink: Takes the bytes in chunks of about 64 KiB, in order.
  /// - Throws: `TypesettingError.tooComplex` for too many bytes, or what `progress` or `sink` throws.
  package static func write(
    _ tree: DocumentTree, options: RenderOptions, images: ImageSource = .none, progress: @escaping (Double) throws -> Void = { _ in },
    to sink: @escaping ([UInt8]) throws -> Void
  ) throws {
    let parts = DocumentParts(tree, options: options)
    let outline = DocumentOutline(parts)
    let pages = try contentsPages(tree, outline, options: options, images: images, progress: progress)
    let setup = options.page.bounded
    var document = DOCXDocument(setup: setup, images: images, bytesMax: options.outputBytesMax)
    try document.write(parts, outline: outline, pages: pages, options: options) { try progress(0.3 + $0 * 0.6) }
    let output = OutputBuffer(bytesMax: options.outputBytesMax, sink: sink)
    let archive = try ZipArchive()
    do {
      for part in DOCXPackage(document, outline: outline, setup: setup, options: options).parts {
        try archive.add(part.name, part.bytes, isCompressed: part.isCompressed)
      }
    } catch {
      archive.discard()
      throw error
    }
    try archive.finish(to: output)
    try progress(1)
  }

  /// The same in one piece.
  package static func bytes(_ tree: DocumentTree, options: RenderOptions, images: ImageSource = .none) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try write(tree, options: options, images: images) { bytes += $0 }
    return bytes
  }

  /// Pages for the entries of the table of contents, from our own layout: Word counts again when it opens the file, but
  /// not every program does.
  private static func contentsPages(
    _ tree: DocumentTree, _ outline: DocumentOutline, options: RenderOptions, images: ImageSource,
    progress: @escaping (Double) throws -> Void
  ) throws -> [Int: Int] {
    guard options.hasTableOfContents, !outline.contents.isEmpty else { return [:] }
    let composition = try PDFComposition.compose(tree, options: options, images: images) { try progress($0 * 0.3) }
    var pages: [Int: Int] = [:]
    for index in outline.entries.indices { pages[index] = composition.targets[.heading(index)]?.page }
    return pages
  }
}
