/// Paragraphs that name a picture or a table: `图 1　厂区平面布置图` below the one, `表 2-1 应急物资` above the other. They stand in the
/// middle and on the same page.
enum Caption {
  /// What a paragraph is to its neighbours.
  struct Role {
    var isCaption = false
    /// Whether the next block must begin on the same page.
    var keepsNext = false
  }

  private static let charactersMax = 60

  static func role(_ blocks: [Block], _ index: Int) -> Role {
    guard case .paragraph(let content) = blocks[index] else { return Role() }
    let next = index + 1 < blocks.count ? blocks[index + 1] : nil
    if content.isPictures {
      guard case .paragraph(let text)? = next else { return Role() }
      return Role(keepsNext: names("图", text))
    }
    if case .table? = next, names("表", content) { return Role(isCaption: true, keepsNext: true) }
    if index > 0, case .paragraph(let picture) = blocks[index - 1], picture.isPictures, names("图", content) { return Role(isCaption: true) }
    return Role()
  }

  /// Whether the text is the kind's name, a number and no whole sentence.
  private static func names(_ kind: Unicode.Scalar, _ content: [Inline]) -> Bool {
    let text = content.plainText.unicodeScalars
    guard text.first == kind, text.count <= charactersMax, let last = text.last, !"。；，：？！.;:".unicodeScalars.contains(last) else {
      return false
    }
    guard let number = text.dropFirst().first(where: { $0 != " " && $0 != "\u{A0}" && $0 != "\u{3000}" }) else { return false }
    return ("0"..."9").contains(number) || ("A"..."Z").contains(number) || "一二三四五六七八九十".unicodeScalars.contains(number)
  }
}
