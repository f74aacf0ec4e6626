import Console
import Protobuf
import RPC

/// A client with an administrator's token in every call, and the one way in which answers are printed.
struct AdminSession: Sendable {
  let client: RPCClient
  let output: AdminOutput
  let place: AdminTarget.Place
  /// Whether the sign-in is the one that `weft admin login` keeps.
  let isStored: Bool

  // MARK: Single answers

  /// One thing with everything that is known of it.
  func show<Item>(_ item: Item, _ resource: AdminResource<Item>) throws { try show(item) { resource.details($0) } }

  /// One thing as a row, as after a change.
  func row<Item>(_ item: Item, _ resource: AdminResource<Item>) throws {
    try show(item) { table(resource, [$0]).joined(separator: "\n") }
  }

  /// An answer of any kind: as JSON if that was asked for, otherwise as `text` puts it.
  func show<Reply: Message>(_ reply: Reply, _ text: (Reply) -> String) throws {
    switch output.form {
    case .text: Terminal.line(text(reply))
    case .json: Terminal.line(try Self.indented(reply))
    case .jsonLines: Terminal.line(try Self.json(reply))
    }
  }

  /// Something was done that leaves nothing to show.
  func done<Reply: Message>(_ reply: Reply, _ what: String) throws {
    if output.form != .text { try show(reply) { _ in "" } }
    Terminal.error(what)
  }

  // MARK: Lists

  /// A page of a list, as every list of the API answers.
  typealias Page<Item> = (total: Int64, items: [Item])

  /// Prints a list, page by page as it comes: no more than one page is held.
  ///
  /// - Parameters:
  ///   - pageMax: How many the RPC gives at once.
  ///   - isNewestFirst: Whether new items come in at the front and push others into the next page, where they would be shown again.
  ///   - fetch: One page.
  func list<Item>(
    _ resource: AdminResource<Item>, _ page: AdminPage, pageMax: Int32 = 100, isNewestFirst: Bool = true,
    _ fetch: (_ skip: Int64, _ limit: Int32) async throws -> Page<Item>
  ) async throws {
    var printer = AdminListPrinter(resource, output.form)
    var skip = page.skip
    var left = page.countMax
    var before: Set<String> = []
    var isFirst = true
    while left > 0 {
      let limit = Int32(min(left, Int64(pageMax)))
      let got = try await fetch(skip, limit)
      let count = Int64(got.items.count)
      skip += count
      left -= count
      let items = isNewestFirst ? got.items.filter { !before.contains(resource.id($0)) } : got.items
      before = Set(got.items.map { resource.id($0) })
      if isFirst || !items.isEmpty { try printer.print(items, total: got.total) }
      isFirst = false
      if count < Int64(limit) || skip >= got.total { break }
    }
    printer.finish()
  }

  /// A whole list that comes in one answer.
  func list<Item>(_ resource: AdminResource<Item>, _ items: [Item]) throws {
    var printer = AdminListPrinter(resource, output.form)
    try printer.print(items, total: nil)
    printer.finish()
  }

  /// Everything in a list, up to a number, for commands that look for something in it.
  func collect<Item>(max: Int, pageMax: Int32, _ fetch: (Int64, Int32) async throws -> Page<Item>) async throws -> [Item] {
    var items: [Item] = []
    var skip: Int64 = 0
    while items.count < max {
      let page = try await fetch(skip, pageMax)
      items += page.items
      skip += Int64(page.items.count)
      if page.items.isEmpty || skip >= page.total { break }
    }
    return items
  }

  // MARK: Forms

  func table<Item>(_ resource: AdminResource<Item>, _ items: [Item]) -> [String] {
    var table = TextTable(resource.columns.map(\.column), screenColumns: Terminal.screenColumns, isStyled: Terminal.isStyled)
    return table.lines(items.map(resource.row))
  }

  static func json<Reply: Message>(_ reply: Reply) throws -> String { SafeText.json(try bytes(reply)) }

  static func indented<Reply: Message>(_ reply: Reply) throws -> String { SafeText.json(JSONLayout.indented(try bytes(reply))) }

  private static func bytes<Reply: Message>(_ reply: Reply) throws -> [UInt8] {
    var json: [UInt8] = []
    try reply.serializedBytes().withUnsafeBytes { try Reply.schema.writeJSON(wire: $0, options: .rest, into: &json) }
    return json
  }
}
