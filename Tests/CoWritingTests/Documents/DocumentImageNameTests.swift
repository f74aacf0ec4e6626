import ApplicationSupport
import Testing
import Typesetting

@testable import CoWriting

struct DocumentImageNameTests {
  @Test(arguments: [
    ("图.png", Image.Format.png, "图.png"), ("图.PNG", .png, "图.PNG"), ("a.jpeg", .jpeg, "a.jpeg"), ("a.jpg", .jpeg, "a.jpg"),
    ("a.png", .jpeg, "a.png.jpg"), ("a.jpg", .png, "a.jpg.png"), ("page.html", .png, "page.html.png"), ("无", .png, "无.png"),
    ("dir/a.png", .png, "a.png"), ("a\u{202E}gnp.exe", .png, "agnp.exe.png"),
  ])
  func endsInWhatItIs(said: String, format: Image.Format, name: String) throws {
    #expect(DocumentImageName.name(try FileName(said), format) == name)
  }

  @Test(arguments: [
    ("图.png", "图"), ("a.b.png", "a.b"), (".png", ".png"), ("[1].png", #"\[1\]"#), ("a_b*c`d.png", #"a\_b\*c\`d"#),
    (#"a\b.png"#, #"a\\b"#), ("<i>&amp;|~^.png", #"\<i\>\&amp;\|\~\^"#), ("![x](y).png", #"!\[x\](y)"#),
  ])
  func isEscapedForMarkdown(name: String, text: String) {
    #expect(DocumentImageName.alternative(name) == text)
  }

  /// Whatever a name is, the text that shows the image is one image with that name, and nothing else.
  @Test(arguments: [
    "图", "[", "]", "![a](b)", "`", "``", "*a*", "_a_", "~~a~~", "<b>", "&lt;", "|", "[^1]", "](weft-image:9)", "<https://a.b>",
    "a  b", "👩\u{200D}💻", "e\u{301}", "$x$", "#", "- a", "1. a", "> a", "\"q\"",
  ])
  func readsAsTheName(said: String) throws {
    var image = DocumentImage(
      documentID: 1, authorID: 1, fileName: "", contentType: "image/png", key: "", size: 1, sha256: [], width: 1, height: 1, createdAt: 1)
    image.id = 17
    let name = try FileName(said)
    image.fileName = DocumentImageName.name(name, .png)
    let tree = try MarkdownReader.read("前 \(image.markdown) 后")
    guard case .paragraph(let inlines)? = tree.blocks.first, tree.blocks.count == 1 else {
      Issue.record("\(tree.blocks)")
      return
    }
    var images: [(String, String)] = []
    for inline in inlines { if case .image(let source, _, let alternative) = inline { images.append((source, alternative)) } }
    #expect(images.count == 1)
    #expect(images.first?.0 == "weft-image:17")
    #expect(images.first?.1 == name.text)
  }
}

struct DocumentImageAddressTests {
  @Test(
    arguments: [
      ("weft-image:17", 17), ("weft-image:9223372036854775807", .max), ("weft-image:9223372036854775808", nil), ("weft-image:", nil),
      ("weft-image:0", nil), ("weft-image:017", nil), ("weft-image:+17", nil), ("weft-image:-17", nil), ("weft-image:17x", nil),
      ("Weft-image:17", nil), ("weft-image://17", nil), ("data:image/png;base64,", nil), ("", nil), (" weft-image:17", nil),
    ] as [(String, Int64?)])
  func isReadAsItIsWritten(address: String, id: Int64?) {
    #expect(DocumentImageAddress.id(address) == id)
  }

  @Test(
    arguments: [
      ("![a](weft-image:17) ![b](weft-image:3) ![c](weft-image:17)", [17, 3]), ("[1]: weft-image:5\n\n![a][1]", [5]),
      ("weft-image:weft-image:7", [7]), ("x:weft-image:8:", [8]), ("weft-image:", []), (":::", []), ("", []), ("图weft-image:9图", [9]),
      ("weft-image:99999999999999999999", []), ("weft-imag:1 eft-image:2", []),
    ] as [(String, [Int64])])
  func areFoundInATextInOrder(text: String, ids: [Int64]) {
    #expect(DocumentImageAddress.ids(in: text) == ids)
  }
}
