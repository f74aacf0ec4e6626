/// Text of google.protobuf.FieldMask: its paths in lowerCamelCase, joined by commas.
enum FieldMaskText {
  /// Writes one path in lowerCamelCase; false where reading it back would give another path.
  static func append(_ path: WireRange, to out: inout ByteSink) -> Bool {
    out.need(path.count)
    var p = path.start
    while p < path.end {
      let byte = p.pointee
      if byte &- 0x41 < 26 { return false }
      if byte == 0x5f {
        p += 1
        guard p < path.end, p.pointee &- 0x61 < 26 else { return false }
        out.byte(p.pointee &- 0x20)
      } else {
        // A comma would split the path when read back.
        guard byte >= 0x20, byte != 0x22, byte != 0x5c, byte != 0x2c else { return false }
        out.byte(byte)
      }
      p += 1
    }
    return TextScan.isValid(path)
  }

  /// Appends one path in snake_case; false where the text is not lowerCamelCase.
  static func appendPath(_ text: WireRange, to out: inout ByteSink) -> Bool {
    var p = text.start
    while p < text.end {
      let byte = p.pointee
      if byte == 0x5f { return false }
      if byte &- 0x41 < 26 {
        out.byte(0x5f)
        out.byte(byte &+ 0x20)
      } else {
        out.byte(byte)
      }
      p += 1
    }
    return true
  }
}
