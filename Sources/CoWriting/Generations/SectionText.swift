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
      let body = Lines(text).body(underLevel: place.level, named: section)
      let before = lines.bytes[..<place.body.lowerBound]
      let after = lines.bytes[place.body.upperBound...]
      let placed = joined(before, body[...])
      return String(decoding: after.isEmpty ? placed : joined(placed[...], after), as: UTF8.self)
    }
  }

  private static func joined(_ first: String, _ second: String) -> String {
    String(decoding: joined(Array(first.utf8)[...], Array(second.utf8)[...]), as: UTF8.self)
  }

  /// Two texts with one empty line between them.
  private static func joined(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> [UInt8] {
    var joined = first
    while let last = joined.last, last == 0x0a || last == 0x0d || last == 0x20 { joined.removeLast() }
    let second = second.drop { $0 == 0x0a || $0 == 0x0d }
    if joined.isEmpty { return Array(second) }
    joined += [0x0a, 0x0a]
    joined += second
    return Array(joined)
  }

  /// The ATX headings of a text (CommonMark 0.30, section 4.2), those in fenced code left out.
  ///
  /// Places are of bytes, and no list of the headings is made: a document of megabytes may be nothing but headings.
  private struct Lines {
    private struct Heading {
      var level: Int
      var title: String
      var start: Int
      /// Of the first #.
      var mark: Int
      /// Of the line after it.
      var bodyStart: Int
    }

    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    /// What stands under the first heading with the name, or else under the first that has it but for a number.
    func section(named name: String) -> (level: Int, body: Range<Int>)? {
      let (exact, plain) = (Self.trimmed(name[...]).lowercased(), Self.plain(name))
      var found: (level: Int, start: Int, end: Int?)?
      var foundPlain: (level: Int, start: Int, end: Int?)?
      forEachHeading { heading in
        if let place = found {
          if heading.level <= place.level { found?.end = heading.start }
          return heading.level > place.level
        }
        if let place = foundPlain, place.end == nil, heading.level <= place.level { foundPlain?.end = heading.start }
        if heading.title.lowercased() == exact {
          found = (heading.level, heading.bodyStart, nil)
        } else if foundPlain == nil, Self.plain(heading.title) == plain {
          foundPlain = (heading.level, heading.bodyStart, nil)
        }
        return true
      }
      return (found ?? foundPlain).map { ($0.level, $0.start..<($0.end ?? bytes.count)) }
    }

    /// The text as it stands under a heading of the document: without its own of that name, which only quotations such as the outline
    /// writer's notice may stand before, and with all others deeper than the document's, whose section would end with them.
    func body(underLevel level: Int, named name: String) -> [UInt8] {
      var own: Heading?
      var isFirst = true
      var highest = Self.levels.upperBound + 1
      forEachHeading { heading in
        if isFirst, Self.plain(heading.title) == Self.plain(name), isQuotations(bytes[..<heading.start]) {
          own = heading
        } else {
          highest = min(highest, heading.level)
        }
        isFirst = false
        return true
      }
      var body = own.map { Array(bytes[..<$0.start]) } ?? []
      var start = own?.bodyStart ?? 0
      let deeper = level + 1 - highest
      if deeper > 0 {
        forEachHeading { heading in
          guard heading.start >= start else { return true }
          body += bytes[start..<heading.mark]
          body += Array(repeating: Self.hash, count: min(deeper, Self.levels.upperBound - heading.level))
          start = heading.mark
          return true
        }
      }
      return body + bytes[start...]
    }

    private func isQuotations(_ text: ArraySlice<UInt8>) -> Bool {
      text.split(separator: 0x0a).allSatisfy { line in
        let mark = line.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }
        return mark == nil || mark == UInt8(ascii: ">")
      }
    }

    /// - Parameter body: Says whether to go on.
    private func forEachHeading(_ body: (Heading) -> Bool) {
      var fence: (mark: UInt8, count: Int)?
      var start = 0
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
        let next = min(end + 1, bytes.count)
        let line = bytes[start..<end].drop { $0 == 0x20 }
        if let mark = line.first, mark == Self.backtick || mark == Self.tilde || mark == Self.hash {
          let rest = line.drop { $0 == mark }
          let count = line.count - rest.count
          if let open = fence {
            if mark == open.mark, count >= open.count { fence = nil }
          } else if mark != Self.hash {
            if count >= 3 { fence = (mark, count) }
          } else if count <= Self.levels.upperBound, rest.first.map({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) ?? true {
            let title = Self.title(String(decoding: rest, as: UTF8.self)[...])
            guard body(Heading(level: count, title: title, start: start, mark: line.startIndex, bodyStart: next)) else { return }
          }
        }
        start = next
      }
    }

    private static let levels = 1...6
    private static let backtick = UInt8(ascii: "`")
    private static let tilde = UInt8(ascii: "~")
    private static let hash = UInt8(ascii: "#")

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
