/// The parts that a wish names itself: `包括应急组织机构、应急响应程序和应急处置措施` are three.
enum Enumeration {
  static let itemsMax = 12
  /// What of a text is looked at, in code points, and how often: the search is slower than reading, and runs on a loop.
  private static let textMax = 4_000
  private static let linesMax = 200
  private static let placesMax = 10
  private static let sentenceMax = 400
  private static let itemCharacters = 2...30

  /// What announces a list, longest first where one begins another.
  private static let announcements = [
    "重点包括", "主要包括", "应包括", "需包括", "内容包括", "包括", "包含", "涵盖", "重点说明", "重点阐述", "重点分析", "分别说明", "分为", "考虑", "涉及", "内容为", "内容：", "如下：",
  ]
  /// What may follow the last item.
  private static let endings = [
    "等几个方面", "等方面的内容", "等方面", "等内容", "等因素", "等部分", "等章节", "等要点", "等情况", "等问题", "几个方面", "三个部分", "四个部分", "五个部分", "等", "的内容", "部分", "方面",
  ]
  private static let beginnings = ["以下内容", "以下", "如下", "：", ":", "了", "了解"]

  /// The items in the order of the text, each once; empty if the text names none.
  static func items(in whole: String) -> [String] {
    let text = String(String.UnicodeScalarView(whole.unicodeScalars.prefix(textMax)))
    let listed = listItems(in: text)
    if listed.count >= 2 { return limited(listed) }
    var best: [String] = []
    for announcement in announcements {
      for range in text.ranges(of: announcement).prefix(placesMax) {
        let sentence = text[range.upperBound...].prefix(sentenceMax).prefix { !"。；;！!？?\n\r".contains($0) }
        let items = split(sentence)
        if items.count > best.count { best = items }
      }
    }
    return limited(best)
  }

  private static func limited(_ items: [String]) -> [String] {
    var seen: [String] = []
    for item in items where !seen.contains(item) { seen.append(item) }
    return Array(seen.prefix(itemsMax))
  }

  /// The members of a numbered or dashed list, on lines of their own or in a sentence: `1. …`, `（一）…；（二）…`, `- …`.
  private static func listItems(in text: String) -> [String] {
    text.split { $0.isNewline || "；;。：:".contains($0) }.prefix(linesMax).compactMap { line in
      let line = line.drop { $0 == " " || $0 == "\t" || $0 == "　" }
      let rest: Substring
      if let match = line.prefixMatch(of: /[-*•·]\s*/) {
        rest = line[match.range.upperBound...]
      } else if let match = line.prefixMatch(of: /[（(]?[0-9一二三四五六七八九十]{1,3}[）)、.．]\s*/) {
        rest = line[match.range.upperBound...]
      } else {
        return nil
      }
      return item(rest)
    }
  }

  private static func split(_ sentence: Substring) -> [String] {
    var parts = sentence.split(whereSeparator: { "、，,".contains($0) }).map { Substring($0) }
    guard let last = parts.last else { return [] }
    // Only the last one: 和 is also a part of words.
    if let (left, right) = conjunction(last, mayBeAlone: parts.count > 1) {
      parts.removeLast()
      parts += [left, right]
    }
    guard parts.count >= 2 else { return [] }
    var items: [String] = []
    for part in parts {
      guard let item = item(part) else {
        // What is too long for an item is the rest of the sentence.
        if items.count >= 2 { break }
        return []
      }
      items.append(item)
      // 等 ends a list whatever follows.
      if part.hasSuffix("等") || endings.contains(where: { $0.hasPrefix("等") && part.hasSuffix($0) }) { break }
    }
    return items.count >= 2 ? items : []
  }

  /// The two sides of the last conjunction, each long enough to be an item.
  private static func conjunction(_ text: Substring, mayBeAlone: Bool) -> (Substring, Substring)? {
    for word in ["以及", "并且", "和", "及", "与", "或"] {
      guard let range = text.ranges(of: word).last else { continue }
      let (left, right) = (text[..<range.lowerBound], text[range.upperBound...])
      // 相关和, 应急与: what ends like that is not a part by itself.
      if left.count >= 2, right.count >= 2, mayBeAlone || (left.count >= 3 && right.count >= 3) { return (left, right) }
    }
    return nil
  }

  private static func item(_ text: Substring) -> String? {
    var text = PlainText.line(text, charactersMax: 200)
    for beginning in beginnings where text.hasPrefix(beginning) { text.removeFirst(beginning.count) }
    for ending in endings where text.hasSuffix(ending) && text.count >= ending.count + 2 {
      text.removeLast(ending.count)
      break
    }
    text = String(text.drop { " “\"《'#*".contains($0) })
    while let last = text.last, " ”\"》'。，".contains(last) { text.removeLast() }
    return itemCharacters.contains(text.count) ? text : nil
  }
}
