import ApplicationSupport
import Typesetting

/// What an image is called.
enum DocumentImageName {
  /// A name that ends in what the image is: whoever saves `page.html` that is a PNG gets `page.html.png`.
  static func name(_ said: FileName, _ format: Image.Format) -> String {
    let ending = said.keyExtension
    let fits = format.fileExtensions.contains { $0 == ending }
    return fits ? said.text : "\(said.text).\(format.fileExtensions[0])"
  }

  /// The name without its ending, as the text between the brackets of `![…](…)`.
  ///
  /// Source: CommonMark 0.31, sections 2.4 (escapes) and 6.4 (images).
  static func alternative(_ name: String) -> String {
    let end = name.utf8.lastIndex(of: UInt8(ascii: ".")) ?? name.endIndex
    let text = end == name.startIndex ? name[...] : name[..<end]
    var escaped = ""
    for character in text.unicodeScalars {
      // Emphasis, code, links, raw HTML, entities, strikethrough, cells of tables, footnotes.
      if "\\`*_[]<>&~|^".unicodeScalars.contains(character) { escaped.unicodeScalars.append("\\") }
      escaped.unicodeScalars.append(character)
    }
    return escaped
  }
}
