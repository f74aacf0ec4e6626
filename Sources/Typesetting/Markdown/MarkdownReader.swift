internal import CCmark

/// Reads Markdown (CommonMark with GFM's tables, task lists, strikethrough, footnotes and bare addresses) into a tree.
///
/// Raw HTML becomes text, except that `<br>` breaks a line, as there is no other way to in a cell. A soft break between two
/// Chinese characters is nothing, any other one a space. Several threads may read at a time.
package enum MarkdownReader {
  /// - Parameter progress: Called now and then with the part done, 0 to 1; what it throws ends the reading.
  /// - Throws: `TypesettingError.tooComplex` for what `limits` forbids, or what `progress` throws.
  package static func read(
    _ markdown: String, limits: MarkdownLimits = .init(), progress: (Double) throws -> Void = { _ in }
  ) throws -> DocumentTree {
    var markdown = markdown
    return try markdown.withUTF8 { bytes in
      try MarkdownScan.check(bytes, limits: limits)
      try progress(0)
      let (root, references) = try parse(bytes)
      // Frees the whole tree, not by recursion.
      defer { cmark_node_free(root) }
      try progress(0.5)
      let tree = try MarkdownTreeBuilder.build(root, references, limits: limits)
      try progress(1)
      return tree
    }
  }

  /// The registry of extensions is a global list that cmark fills without a lock: filled once, it is only read.
  private static let extensionsAreRegistered: Bool = {
    cmark_gfm_core_extensions_ensure_registered()
    return true
  }()

  private static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws -> (root: UnsafeMutablePointer<cmark_node>, references: LongReferences) {
    precondition(extensionsAreRegistered)
    guard let parser = cmark_parser_new(CMARK_OPT_FOOTNOTES | CMARK_OPT_VALIDATE_UTF8) else {
      throw TypesettingError.failed("cmark_parser_new")
    }
    defer { cmark_parser_free(parser) }
    for name in ["table", "strikethrough", "tasklist"] {
      guard let syntax = cmark_find_syntax_extension(name) else { throw TypesettingError.failed("no extension \(name)") }
      cmark_parser_attach_syntax_extension(parser, syntax)
    }
    bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
    // The last line, and the blank one that closes a paragraph which may hold definitions.
    if bytes.last != UInt8(ascii: "\n") { cmark_parser_feed(parser, "\n", 1) }
    if let current = parser.pointee.current, cmark_node_get_type(current) == CMARK_NODE_PARAGRAPH { cmark_parser_feed(parser, "\n", 1) }
    let references = LongReferences(takenFrom: parser)
    guard let root = cmark_parser_finish(parser) else { throw TypesettingError.failed("cmark_parser_finish") }
    return (root, references)
  }
}
