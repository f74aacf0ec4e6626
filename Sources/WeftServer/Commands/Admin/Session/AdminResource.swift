import Console
import Protobuf

/// How one kind of thing is shown: the columns of its lists, and what else there is to show of one.
struct AdminResource<Item: Message & Sendable>: Sendable {
  struct Column: Sendable {
    var column: TextTable.Column
    var text: @Sendable (Item) -> String

    init(_ title: String, isElastic: Bool = false, isNumber: Bool = false, _ text: @escaping @Sendable (Item) -> String) {
      column = TextTable.Column(title, isElastic: isElastic, isNumber: isNumber)
      self.text = text
    }
  }

  /// In a sentence: "ticket".
  var name: String
  var id: @Sendable (Item) -> String
  var columns: [Column]
  /// Further fields of one thing.
  var more: [Column] = []
  /// Its long text, such as a contract's.
  var body: (@Sendable (Item) -> String)?

  func row(_ item: Item) -> [String] { columns.map { $0.text(item) } }

  /// One thing: a field a line, then its long text.
  func details(_ item: Item) -> String {
    let fields = (columns + more).map { ($0.column.title, SafeText.line($0.text(item))) }.filter { !$0.1.isEmpty }
    let width = fields.map(\.0.count).max() ?? 0
    var lines = fields.map { "\($0):" + String(repeating: " ", count: width - $0.count + 1) + $1 }
    if let body = body?(item), !body.isEmpty { lines += ["", SafeText.paragraph(body)] }
    return lines.joined(separator: "\n")
  }
}
