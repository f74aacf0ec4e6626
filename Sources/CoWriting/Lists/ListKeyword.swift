/// A keyword to be found anywhere in a text, literally and without regard to the case of ASCII letters.
enum ListKeyword {
  /// As `instr(lower(column), $keyword) > 0` wants it: SQLite's `lower` knows ASCII only. Nil, which finds everything, for none.
  static func folded(_ keyword: String?) -> String? {
    guard let keyword, !keyword.isEmpty else { return nil }
    return String(decoding: keyword.utf8.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
