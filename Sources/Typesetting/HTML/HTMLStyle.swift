/// The style sheet of an HTML file, for the screen and for paper.
enum HTMLStyle {
  static func sheet(_ options: RenderOptions) -> String {
    let setup = options.page.bounded
    let (width, height) = setup.size.millimetres
    let size = setup.orientation == .portrait ? "\(width)mm \(height)mm" : "\(height)mm \(width)mm"
    let margins = setup.margins
    var text = "@page { size: \(size); margin: \(margins.top)cm \(margins.right)cm \(margins.bottom)cm \(margins.left)cm;\n"
    if let header = options.header, !header.isEmpty { text += "  @top-center { content: \(string(header)); font-size: 9pt; }\n" }
    if let footer = options.footer, !footer.isEmpty { text += "  @bottom-left { content: \(string(footer)); font-size: 9pt; }\n" }
    if options.hasPageNumbers {
      text += "  @bottom-right { content: \"第 \" counter(page) \" 页 / 共 \" counter(pages) \" 页\"; font-size: 9pt; }\n"
    }
    text += "}\n"
    text += fixed
    text += "body { font-size: \(setup.fontSize)pt; line-height: \(setup.lineHeight); }\n"
    if let mark = options.watermark, !mark.text.isEmpty {
      let opacity = mark.opacity.isFinite ? min(max(mark.opacity, 0), 1) : 0.1
      let size = max(4, min(14, 60 / max(1, mark.text.unicodeScalars.count)))
      text += ".watermark { position: fixed; inset: 0; display: flex; align-items: center; justify-content: center; overflow: hidden;"
      text += " pointer-events: none; user-select: none; z-index: 1; opacity: \(opacity); }\n"
      text += ".watermark span { transform: rotate(-45deg); white-space: nowrap; font: bold \(size)vw \(sans); color: #333; }\n"
    }
    return text
  }

  private static let sans = "\"Noto Sans CJK SC\", \"Source Han Sans SC\", \"PingFang SC\", \"Microsoft YaHei\", SimHei, sans-serif"

  private static let fixed = """
    * { box-sizing: border-box; }
    body { font-family: "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif; color: #111; background: #fff; max-width: 48em; margin: 2em auto; padding: 0 1.2em; text-align: justify; overflow-wrap: break-word; line-break: strict; text-autospace: normal; }
    h1, h2, h3, h4, h5, h6, th { font-family: \(sans); }
    h1, h2, h3, h4, h5, h6 { line-height: 1.3; margin: 1.2em 0 0.4em; text-align: left; break-after: avoid; }
    h1.title { text-align: center; }
    p { margin: 0.25em 0; orphans: 2; widows: 2; }
    main > p { text-indent: 2em; }
    main > p.picture, main > p.caption { text-indent: 0; text-align: center; }
    .keep { break-after: avoid; }
    strong { font-family: \(sans); }
    ul, ol { margin: 0.3em 0; padding-left: 2em; }
    li.task { list-style: none; } li.task > input { width: 1em; margin: 0 0.4em 0 -1.4em; }
    blockquote { margin: 0.5em 0; padding-left: 1em; border-left: 3px solid #b8b8b8; color: #4d4d4d; }
    pre, code { font-family: "Noto Sans Mono CJK SC", Consolas, Menlo, monospace; font-size: 0.88em; background: #f3f3f3; }
    pre { padding: 0.6em 0.8em; white-space: pre-wrap; overflow-wrap: anywhere; text-align: left; line-height: 1.4; }
    pre code { background: none; font-size: 1em; }
    table { border-collapse: collapse; width: 100%; margin: 0.6em 0; font-size: 0.92em; border: 1.5px solid #333; }
    .table { padding: 0 1px; }
    thead { display: table-header-group; }
    tr { break-inside: avoid; }
    th, td { border: 0.6px solid #737373; padding: 0.25em 0.5em; }
    th { background: #ebebeb; text-align: center; }
    .l { text-align: left; } .c { text-align: center; } .r { text-align: right; }
    img { max-width: 100%; height: auto; }
    a { color: #0d408c; text-decoration: none; overflow-wrap: anywhere; }
    a.u { word-break: break-all; }
    hr { border: 0; border-top: 1px solid #888; margin: 1em 0; }
    sup { line-height: 0; font-size: 0.65em; } sup::before { content: "\\2060"; }
    .q { font-family: "Times New Roman", "Liberation Serif", serif; }
    nav.contents ul { list-style: none; padding-left: 1.5em; } nav.contents > ul { padding-left: 0; }
    header.page { text-align: center; font-size: 0.8em; border-bottom: 1px solid #4d4d4d; }
    .notes { margin-top: 2em; border-top: 1px solid #888; }
    @media screen and (max-width: 40em) { .table { overflow-x: auto; } .table table { min-width: var(--least); } }
    @media print { body { max-width: none; margin: 0; padding: 0; } header.page { display: none; } .metadata, nav.contents { break-after: page; } .appendix { break-before: page; } a { color: inherit; } }

    """

  /// A text as a CSS string (CSS Syntax, section 4.3.7): whatever could end the string or the style element is written by number.
  private static func string(_ text: String) -> String {
    var result = "\""
    for scalar in PlainText.cleaned(text).unicodeScalars.prefix(500) {
      switch scalar {
      case "\"", "\\", "<", ">", "&", "\n", "\t": result += "\\\(String(scalar.value, radix: 16)) "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
