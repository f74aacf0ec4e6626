/// The HTML part of a mail: the same words, readable on a phone, without anything to fetch.
enum MailHTML {
  /// - Parameters:
  ///   - text: Plain; an empty line ends a paragraph.
  ///   - code: Stands out where the text has it.
  static func page(subject: String, text: String, code: String?) -> String {
    let paragraphs = text.replacing("\r\n", with: "\n").split(separator: "\n\n").map { paragraph in
      var lines = escaped(String(paragraph)).replacing("\n", with: "<br>\n")
      if let code, !code.isEmpty {
        lines = lines.replacing(
          escaped(code), with: "<strong style=\"font-size:24px;letter-spacing:3px;white-space:nowrap\">\(escaped(code))</strong>")
      }
      return "<p style=\"margin:0 0 16px\">\(lines)</p>\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="zh-CN">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width,initial-scale=1">
      <title>\(escaped(subject))</title>
      </head>
      <body style="margin:0;background:#f5f6f8">
      <div style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;color:#1f2329;font:16px/1.7 -apple-system,'PingFang SC','Microsoft YaHei',sans-serif">
      <h1 style="margin:0 0 16px;font-size:20px">\(escaped(subject))</h1>
      \(paragraphs.joined())</div>
      </body>
      </html>

      """
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
