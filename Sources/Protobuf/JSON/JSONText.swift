/// JSON strings (RFC 8259, section 7) as they are written.
enum JSONText {
  /// Writes UTF-8 text in quotes, escaping quote, backslash and control characters; false where it is not UTF-8.
  @inline(__always) static func appendQuoted(_ text: WireRange, to out: inout ByteSink) -> Bool {
    out.need(text.count + 2)
    out.q.pointee = 0x22
    out.q += 1
    let stop = TextScan.ordinary(text.start, text.end)
    out.append(text.start, stop - text.start)
    if stop < text.end {
      guard appendRest(WireRange(start: stop, end: text.end), to: &out) else { return false }
    }
    out.byte(0x22)
    return true
  }

  static func appendQuoted(_ text: String, to out: inout ByteSink) {
    var text = text
    text.withUTF8 { bytes in
      guard let start = bytes.baseAddress, bytes.count > 0 else { return out.append("\"\"") }
      _ = appendQuoted(WireRange(start: start, end: start + bytes.count), to: &out)
    }
  }

  /// Goes on from the first byte that needs more than copying.
  @inline(never) private static func appendRest(_ text: WireRange, to out: inout ByteSink) -> Bool {
    var p = text.start
    while p < text.end {
      let byte = p.pointee
      switch byte {
      case 0x22: out.append("\\\"")
      case 0x5c: out.append("\\\\")
      case 0x08: out.append("\\b")
      case 0x09: out.append("\\t")
      case 0x0a: out.append("\\n")
      case 0x0c: out.append("\\f")
      case 0x0d: out.append("\\r")
      case 0..<0x20:
        out.append("\\u00")
        out.byte(0x30 + byte >> 4)
        out.byte(byte & 15 < 10 ? 0x30 + byte & 15 : 0x57 + byte & 15)
      default: return false
      }
      p += 1
      let stop = TextScan.ordinary(p, text.end)
      out.append(p, stop - p)
      p = stop
    }
    return true
  }
}
