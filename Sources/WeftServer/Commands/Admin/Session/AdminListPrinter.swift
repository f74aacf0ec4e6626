import Console
import Protobuf

/// Prints a list in one of its three forms, page by page.
struct AdminListPrinter<Item: Message & Sendable> {
  private let resource: AdminResource<Item>
  private let form: AdminOutput.Form
  private var table: TextTable
  private var printed = 0
  private var total: Int64?
  private var hasBegun = false

  init(_ resource: AdminResource<Item>, _ form: AdminOutput.Form) {
    self.resource = resource
    self.form = form
    table = TextTable(resource.columns.map(\.column), screenColumns: Terminal.screenColumns, isStyled: Terminal.isStyled)
  }

  /// - Parameter total: How many there are in all; nil where the answer does not say.
  mutating func print(_ items: [Item], total: Int64?) throws {
    let isFirst = !hasBegun
    hasBegun = true
    if isFirst { self.total = total }
    var lines: [String] = []
    switch form {
    case .text: lines = table.lines(items.map(resource.row))
    case .jsonLines: lines = try items.map { try AdminSession.json($0) }
    case .json:
      var text = isFirst ? "{\n" + (total.map { "  \"total\": \($0),\n" } ?? "") + "  \"items\": [" : ""
      for item in items {
        text += text.hasSuffix("[") ? "\n    " : ",\n    "
        text += try AdminSession.indented(item).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n    ")
      }
      Terminal.out(text)
    }
    if !lines.isEmpty { Terminal.line(lines.joined(separator: "\n")) }
    printed += items.count
  }

  mutating func finish() {
    switch form {
    case .json: Terminal.line(printed == 0 ? "]\n}" : "\n  ]\n}")
    case .jsonLines: break
    case .text: if let total { Terminal.message("\(printed) of \(total)") }
    }
  }
}
