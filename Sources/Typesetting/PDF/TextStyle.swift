/// How a stretch of text looks on a page.
struct TextStyle: Hashable {
  enum Family: UInt8 { case serif, sans, mono }
  enum Ink: UInt8 { case text, link, faint }

  var family = Family.serif
  /// In points.
  var size: Float
  var isBold = false
  var isItalic = false
  var isStruck = false
  /// Quotation marks of Latin text, which the font has narrow ones for.
  var isLatinQuote = false
  /// A light ground behind the text, for code in a line.
  var isShaded = false
  var ink = Ink.text
  /// Points above the line's base, for numbers of footnotes.
  var rise: Float = 0
  /// Index among the document's link targets; -1 for none.
  var link: Int32 = -1
  /// Index among the document's pictures; -1 for text. The run is one U+FFFC.
  var picture: Int32 = -1
}

struct StyledRun {
  var text: String
  var style: TextStyle

  /// The text as one run, or as several where it has quotation marks of Latin text.
  static func runs(_ text: String, _ style: TextStyle) -> [StyledRun] {
    LatinQuotes.split(text).map { piece in
      var run = StyledRun(text: piece.text, style: style)
      run.style.isLatinQuote = piece.isLatin
      return run
    }
  }
}

/// Where a link leads.
enum LinkTarget: Hashable {
  case address(String)
  case heading(Int)
  case footnote(Int)
  /// The first reference to a footnote.
  case reference(Int)

  /// Of a place within the document.
  var name: String? {
    switch self {
    case .address: nil
    case .heading(let index): "h\(index)"
    case .footnote(let number): "f\(number)"
    case .reference(let number): "r\(number)"
    }
  }
}
