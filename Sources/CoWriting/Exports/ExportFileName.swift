import Platform

/// What an export's file is called.
enum ExportFileName {
  /// Bytes that file systems take (NAME_MAX of Linux) less some for what a browser adds, such as ` (12)` or `.crdownload`.
  private static let bytesMax = 230

  /// Such as `环保应急预案第一章_20240101.pdf`: what some file system does not take of the title, and what would make the name look like
  /// another one, is an underscore.
  ///
  /// - Parameter time: Microseconds since 1970; the date is that of UTC, as all times of answers.
  static func name(title: String, at time: Int64, _ format: ExportFormat) -> String {
    let end = "_\(Timestamp.rfc3339(wallMicroseconds: time).prefix(10).filter { $0 != "-" }).\(format.fileExtension)"
    var name = ""
    for character in title.drop(while: { $0 == "." || $0.isWhitespace }) {
      let piece = String(String.UnicodeScalarView(character.unicodeScalars.map { isFree($0) ? $0 : "_" }))
      guard name.utf8.count + piece.utf8.count + end.utf8.count <= bytesMax else { break }
      name += piece
    }
    while name.last?.isWhitespace == true { name.removeLast() }
    return (name.isEmpty ? "document" : name) + end
  }

  private static func isFree(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    // Of the format characters, marks of writing direction turn `fdp.exe` into `exe.pdf` before a reader's eyes.
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: !"/\\:*?\"<>|".unicodeScalars.contains(scalar)
    }
  }
}
