/// Where a generated text goes in a document of Markdown.
enum SectionText {
  enum Mode: String, Sendable {
    /// At the end.
    case append
    /// In place of everything.
    case replace
    /// In place of what stands under the heading with the section's name.
    case section
  }

  /// - Parameter section: Whose heading is looked for; numbers before it do not count.
  /// - Throws: `CoWritingError.invalid` where there is no such heading.
  static func place(_ text: String, into content: String, mode: Mode, section: String?) throws(CoWritingError) -> String {
    switch mode {
    case .replace: return text
    case .append: return joined(content, text)
    case .section:
      guard let section, !section.isEmpty else {
        throw .invalid(field: "mode", "生成任务没有指定章节，不能按章节写入")
      }
      let lines = Lines(content)
      guard let place = lines.section(named: section) else {
        throw .invalid(field: "mode", "文档中没有标题为“\(section.prefix(100))”的章节")
      }
      // The text usually brings its own heading; the document's is of the right level.
      let body = Lines(text).withoutHeading(named: section)
      let before = String(content[..<place.bodyStart])
      let after = String(content[place.end...])
      return after.isEmpty ? joined(before, body) : joined(joined(before, body), after)
    }
  }

  /// Two texts with one empty line between them.
  private static func joined(_ first: String, _ second: String) -> String {
    let first = first.utf8.reversed().drop { $0 == 0x0a || $0 == 0x0d || $0 == 0x20 }.reversed()
    let second = second.utf8.drop { $0 == 0x0a || $0 == 0x0d }
    if first.isEmpty { return String(decoding: Array(second), as: UTF8.self) }
    return String(decoding: Array(first), as: UTF8.self) + "\n\n" + String(decoding: Array(second), as: UTF8.self)
  }

  /// The ATX headings of a text (CommonMark 0.30, section 4.2), those in fenced code left out.
  private struct Lines {
    private struct Heading {
      var level: Int
      var title: String
      var start: String.Index
      /// Of the line after it.
      var bodyStart: String.Index
    }

    private let text: String
    private var headings: [Heading] = []

    init(_ text: String) {
      self.text = text
      var fence: (mark: Character, count: Int)?
      var start = text.startIndex
      while start < text.endIndex {
        let end = text.utf8[start...].firstIndex(of: 0x0a) ?? text.endIndex
        let next = end < text.endIndex ? text.utf8.index(after: end) : end
        let line = text[start..<end].drop { $0 == " " }
        let mark = line.first
        let count = line.prefix { $0 == mark }.count
        if let open = fence {
          if mark == open.mark, count >= open.count { fence = nil }
        } else if let mark, mark == "`" || mark == "~", count >= 3 {
          fence = (mark, count)
        } else if mark == "#", count <= 6, line.dropFirst(count).first.map({ $0 == " " || $0 == "\t" }) ?? true {
          headings.append(Heading(level: count, title: Self.title(line.dropFirst(count)), start: start, bodyStart: next))
        }
        start = next
      }
    }

    func section(named name: String) -> (bodyStart: String.Index, end: String.Index)? {
      let (exact, plain) = (Self.trimmed(name[...]).lowercased(), Self.plain(name))
      let index = headings.firstIndex { $0.title.lowercased() == exact } ?? headings.firstIndex { Self.plain($0.title) == plain }
      guard let index else { return nil }
      let end = headings[(index + 1)...].first { $0.level <= headings[index].level }?.start ?? text.endIndex
      return (headings[index].bodyStart, end)
    }

    /// The text without its first heading, if nothing but that bears the name and stands at its beginning.
    func withoutHeading(named name: String) -> String {
      guard let first = headings.first, Self.plain(first.title) == Self.plain(name),
        text[..<first.start].allSatisfy(\.isWhitespace)
      else { return text }
      return String(text[first.bodyStart...])
    }

    private static func title(_ rest: Substring) -> String {
      // Models like to write headings in bold.
      var title = trimmed(rest.filter { $0 != "*" && $0 != "`" }[...])
      let closing = title.reversed().prefix { $0 == "#" }.count
      if closing > 0, closing == title.count || title.dropLast(closing).last == " " { title = trimmed(title.dropLast(closing)) }
      return String(title)
    }

    private static func trimmed(_ text: Substring) -> Substring {
      var text = text.drop { $0.isWhitespace }
      while text.last?.isWhitespace == true { text.removeLast() }
      return text
    }

    private static let separators = "（）().、．"

    /// Without numbers such as `第三章`, `3.2` or `（一）`, and without regard to case.
    private static func plain(_ title: String) -> String {
      var rest = trimmed(title[...])
      if rest.first == "第", let end = rest.dropFirst().prefix(8).firstIndex(where: { "章节条部分篇".contains($0) }),
        rest[rest.index(after: rest.startIndex)..<end].allSatisfy({ $0.isNumber })
      {
        rest = trimmed(rest[rest.index(after: end)...])
      } else {
        let number = rest.prefix { $0.isNumber || separators.contains($0) }
        let name = rest.dropFirst(number.count)
        // 一期工程 has no number before its name.
        if let first = name.first, first.isWhitespace || number.contains(where: separators.contains) { rest = trimmed(name) }
      }
      return rest.lowercased()
    }
  }
}
