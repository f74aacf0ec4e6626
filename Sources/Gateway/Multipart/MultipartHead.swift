/// What the head of a part says (RFC 7578, section 4).
struct MultipartHead: Equatable {
  /// The form field's name.
  var name: String
  /// What the client calls the file; nil for a plain field, empty where a browser's file input was left alone.
  var filename: String?
  /// As the client sent it; nil where it says nothing.
  var contentType: String?

  /// - Parameter lines: The lines of the head without their ends.
  /// - Throws: `malformed`.
  init(_ lines: [[UInt8]]) throws(MultipartError) {
    var disposition: String?
    var contentType: String?
    for line in lines {
      let (name, value) = try Self.split(line)
      switch name {
      case "content-disposition":
        guard disposition == nil else { throw .malformed("Content-Disposition重复出现") }
        disposition = value
      case "content-type":
        guard contentType == nil else { throw .malformed("Content-Type重复出现") }
        contentType = value
      case "content-transfer-encoding":
        // RFC 7578, section 4.7: deprecated, and what it could say besides would have to be undone.
        guard ["7bit", "8bit", "binary"].contains(value.lowercased()) else { throw .malformed("不支持Content-Transfer-Encoding") }
      default: break
      }
    }
    self.contentType = contentType
    guard let disposition else { throw .malformed("缺少Content-Disposition") }
    do throws(HeaderParameters.Malformed) {
      let parsed = try HeaderParameters(disposition)
      guard parsed.value == "form-data", let name = try parsed.one("name") else { throw HeaderParameters.Malformed() }
      self.name = Self.unescaped(name)
      let plain = try parsed.one("filename").map(Self.unescaped)
      // RFC 7578 forbids it and some send it; where both are there it is the exact one (RFC 6266, section 4.3).
      filename = try parsed.one("filename*").map { text throws(HeaderParameters.Malformed) in try Self.extended(text) } ?? plain
    } catch {
      throw .malformed("Content-Disposition无效")
    }
    guard self.name.utf8.count <= 256 else { throw .malformed("字段名过长") }
  }

  private static func split(_ line: [UInt8]) throws(MultipartError) -> (String, String) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, line[..<colon].allSatisfy(HeaderParameters.isToken) else {
      throw .malformed("字段的头部无效")
    }
    let value = line[(colon + 1)...]
    guard value.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }) else { throw .malformed("字段的头部含有控制字符") }
    guard let text = String(validating: value, as: UTF8.self) else { throw .malformed("字段的头部不是有效的UTF-8文本") }
    return (String(decoding: line[..<colon], as: UTF8.self).lowercased(), String(text[...].trimmingSpaces()))
  }

  /// The three characters that browsers write as escapes, and no others (HTML Standard, "Multipart form data").
  private static func unescaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let escape = byte == UInt8(ascii: "%") ? Array(rest.prefix(2)) : []
      switch String(decoding: escape, as: UTF8.self).lowercased() {
      case "22": result.append(UInt8(ascii: "\""))
      case "0d": result.append(13)
      case "0a": result.append(10)
      default:
        result.append(byte)
        continue
      }
      rest.removeFirst(2)
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `UTF-8'zh'%E4%B8%AD.pdf` (RFC 8187, section 3.2).
  private static func extended(_ text: String) throws(HeaderParameters.Malformed) -> String {
    let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].lowercased() == "utf-8",
      let bytes = try? PercentCoding.decode(Array(parts[2].utf8).span, plusIsSpace: false)
    else { throw HeaderParameters.Malformed() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
