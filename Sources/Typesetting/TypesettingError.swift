/// Why a document could not be read or set.
package enum TypesettingError: Error, Sendable, Equatable {
  /// The document is larger or more tangled than a limit allows.
  case tooComplex(What, limit: Int)
  /// A library failed where it should not: what it was doing, and what it said.
  case failed(String)

  package enum What: String, Sendable {
    case inputBytes, lines, nesting, nodes, markup, tableColumns, tableCells, footnotes, pages, outputBytes, paragraphBeforeTable
  }

  /// For people who wrote the document, in Chinese.
  package var text: String {
    switch self {
    case .tooComplex(let what, let limit):
      switch what {
      case .inputBytes: "文档过大：最多 \(limit) 字节"
      case .lines: "文档行数过多：最多 \(limit) 行"
      case .nesting: "引用、列表或强调嵌套过深：最多 \(limit) 层"
      case .nodes: "文档结构过于复杂：最多 \(limit) 个元素"
      case .markup: "文档标记过多：最多 \(limit) 个"
      case .tableColumns: "表格列数过多：最多 \(limit) 列"
      case .tableCells: "表格单元格过多：最多 \(limit) 个"
      case .footnotes: "脚注过多：最多 \(limit) 条"
      case .pages: "页数过多：最多 \(limit) 页"
      case .outputBytes: "导出文件过大：最多 \(limit) 字节"
      case .paragraphBeforeTable: "表格前的段落过长：最多 \(limit) 行，请在表格前加一个空行"
      }
    case .failed(let reason): "排版失败：\(reason)"
    }
  }
}
