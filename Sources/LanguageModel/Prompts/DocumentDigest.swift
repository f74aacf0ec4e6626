/// What a writer is told of a document so far: its headings, and how it ends.
///
/// Documents may be megabytes: this is made where they are read, and they are let go of.
public struct DocumentDigest: Sendable, Equatable {
  /// The last ones, a line each.
  let headings: [String]
  /// The last characters, without control characters; all there are of a short document.
  let end: String

  private static let headingsMax = 500
  private static let headingCharactersMax = 200
  /// In code points: more than a prompt takes, so that it is known where something is left out.
  private static let endMax = 20_000

  /// - Parameter text: Markdown.
  public init(of text: String = "") {
    headings = DocumentEnd.headings(of: text, max: Self.headingsMax).map { PlainText.line($0, charactersMax: Self.headingCharactersMax) }
    end = PlainText.lines(String(Substring(text.unicodeScalars.suffix(Self.endMax))))
  }
}
