/// Text of strangers made fit for a place in a prompt or an outline.
enum PlainText {
  /// On one line, without control characters, at most so many code points; what is left out shows as `…`.
  static func line(_ text: some StringProtocol, charactersMax: Int) -> String {
    var line = String.UnicodeScalarView()
    var wantsSpace = false
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace || isControl(scalar) {
        wantsSpace = !line.isEmpty
        continue
      }
      if line.count >= charactersMax { return String(line) + "…" }
      if wantsSpace { line.append(" ") }
      wantsSpace = false
      line.append(scalar)
    }
    return String(line)
  }

  /// The same on as many lines as there are: control characters go, the ends of lines stay.
  static func lines(_ text: String) -> String {
    var lines = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where scalar == "\n" || scalar == "\t" || !isControl(scalar) { lines.append(scalar) }
    return String(lines)
  }

  /// C0, DEL, C1, what ends lines unseen, and what turns the direction of text.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069, 0xfeff: true
    default: false
    }
  }
}
