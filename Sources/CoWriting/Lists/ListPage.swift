import Storage

/// Which part of a list is asked for (chapter 分页参数 of the document).
struct ListPage: Equatable, Sendable {
  /// From 1.
  var number: Int32
  /// How many rows a page has at most, 1 to 100.
  var size: Int32

  /// - Parameters: As the request has them, checked by the rules of the proto; absent ones are 1 and 20.
  init(number: Int32?, size: Int32?) {
    self.number = number ?? 1
    self.size = size ?? 20
  }

  /// How many rows come before the page; at most 2^31 × 100.
  var skip: Int64 { (Int64(number) - 1) * Int64(size) }

  /// How many pages `total` rows fill; 0 for none.
  func pages(of total: Int64) -> Int32 { Int32(clamping: (total + Int64(size) - 1) / Int64(size)) }
}
