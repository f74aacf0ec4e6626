internal import Platform

/// Sets a document as PDF: lays out all pages, then draws them.
///
/// Belongs to whoever calls it; several threads may write at a time, as each run has fonts of its own and shares nothing but
/// fontconfig's and cairo's caches, which lock themselves.
package struct PDFWriter {
  /// Writes the document as PDF 1.5.
  ///
  /// - Parameters:
  ///   - progress: Called for each block and each page with the part done, 0 to 1; what it throws ends the run and is thrown on.
  ///   - sink: Takes the bytes in chunks of about 64 KiB, in order.
  /// - Throws: `TypesettingError.tooComplex` for too many pages or bytes, or what `progress` or `sink` throws.
  package static func write(
    _ tree: DocumentTree, options: RenderOptions, images: ImageSource = .none, progress: @escaping (Double) throws -> Void = { _ in },
    to sink: @escaping ([UInt8]) throws -> Void
  ) throws {
    let composition = try PDFComposition.compose(tree, options: options, images: images) { try progress($0 * 0.7) }
    let output = OutputBuffer(bytesMax: options.outputBytesMax, sink: sink)
    var drawing = try PDFDrawing(composition, options: options, output: output)
    try drawing.draw { try progress(0.7 + $0 * 0.3) }
    try progress(1)
  }

  /// The same in one piece.
  package static func bytes(_ tree: DocumentTree, options: RenderOptions, images: ImageSource = .none) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try write(tree, options: options, images: images) { bytes += $0 }
    return bytes
  }
}
