/// How large and how tangled a Markdown document may be.
///
/// libcmark-gfm 0.29.0.gfm.6 takes time and memory in proportion to lines and markup, about 0.5 µs and 300 bytes for each,
/// except for what `nesting`, `tableColumns`, `tableCells` and `linesBeforeTable` bound: there it is quadratic
/// (50 KB of one wide head and many short rows took it minutes).
package struct MarkdownLimits: Sendable {
  package var inputBytesMax = 16 << 20
  package var linesMax = 300_000
  /// Open quotes, lists and items, and within a paragraph open emphases and links.
  package var nestingMax = 64
  package var nodesMax = 600_000
  /// Characters that may begin or end an inline: `*`, `_`, `[`, `<` and the like.
  package var markupMax = 600_000
  package var tableColumnsMax = 64
  package var tableCellsMax = 500_000
  package var footnotesMax = 5_000
  /// Lines that may stand right above the row of dashes of a table.
  package var linesBeforeTableMax = 400
  package init() {}
}
