import Blobs
import Foundation
import TestSupport
import Testing

@Suite struct FileTypesTests {
  static let types = Result { try FileTypes() }

  static func contentType(_ name: String, _ head: [UInt8]) async throws -> String? {
    try await types.get().decide(name: name, head: Array(head.prefix(FileTypes.headBytes)))?.contentType
  }

  static let officeType = "application/vnd.openxmlformats-officedocument."
  static let genuine: [(String, [UInt8], String)] = [
    ("document.pdf", SampleFiles.pdf, "application/pdf"),
    ("a.doc", SampleFiles.compound(stream: "WordDocument"), "application/msword"),
    ("a.xls", SampleFiles.compound(stream: "Workbook"), "application/vnd.ms-excel"),
    ("a.ppt", SampleFiles.compound(stream: "PowerPoint Document"), "application/vnd.ms-powerpoint"),
    ("a.doc", Array(SampleFiles.compound(stream: "WordDocument").prefix(600)), "application/msword"),
    ("a.docx", SampleFiles.zip(["[Content_Types].xml", "_rels/.rels", "word/document.xml"]), officeType + "wordprocessingml.document"),
    ("a.docx", SampleFiles.zip(["docProps/app.xml", "word/document.xml"]), officeType + "wordprocessingml.document"),
    ("a.xlsx", SampleFiles.zip(["[Content_Types].xml", "xl/workbook.xml"]), officeType + "spreadsheetml.sheet"),
    ("a.xlsx", SampleFiles.zip(["docProps/core.xml", "[Content_Types].xml"]), officeType + "spreadsheetml.sheet"),
    ("a.pptx", SampleFiles.zip(["[Content_Types].xml", "ppt/presentation.xml"]), officeType + "presentationml.presentation"),
    ("a.docx", SampleFiles.compound(stream: "EncryptedPackage"), officeType + "wordprocessingml.document"),
    ("a.jpg", SampleFiles.jpeg, "image/jpeg"), ("a.jpeg", SampleFiles.jpeg, "image/jpeg"), ("a.png", SampleFiles.png, "image/png"),
    ("a.gif", SampleFiles.gif, "image/gif"), ("a.webp", SampleFiles.webp, "image/webp"),
    ("a.zip", SampleFiles.zip(["a.txt"]), "application/zip"), ("a.zip", SampleFiles.zip(["word/document.xml"]), "application/zip"),
    ("a.zip", [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18), "application/zip"),
    ("a.rar", SampleFiles.rar, "application/vnd.rar"), ("a.7z", SampleFiles.sevenZip, "application/x-7z-compressed"),
    ("a.txt", Array("hello".utf8), "text/plain"), ("a.txt", Array("你好\r\n".utf8), "text/plain"), ("a.txt", [], "text/plain"),
    ("a.txt", [0xff, 0xfe, 0x60, 0x4f, 0x0a, 0x00], "text/plain"), ("a.txt", Array("<html><script>".utf8), "text/plain"),
    ("a.csv", SampleFiles.gbk, "text/csv"), ("a.csv", Array("\u{feff}a,b\r\n1,2".utf8), "text/csv"),
    ("a.md", Array("# 标题\n".utf8), "text/markdown"), ("a.log", Array("\u{1b}[31mred\u{1b}[0m\n".utf8), "text/plain"),
    ("a.json", Array(" {\"a\": 1}".utf8), "application/json"), ("a.json", [], "application/json"),
    ("a.json", [0xef, 0xbb, 0xbf] + Array("[]".utf8), "application/json"),
    ("报告 最终.v2.PDF", SampleFiles.pdf, "application/pdf"), (".pdf", SampleFiles.pdf, "application/pdf"),
  ]

  @Test(arguments: genuine.indices) func aFileThatIsWhatItsNameSaysPasses(index: Int) async throws {
    let (name, head, expected) = Self.genuine[index]
    let found = try await Self.contentType(name, head)
    #expect(found == expected, "\(name)")
  }

  static let liars: [(String, [UInt8])] = [
    ("a.pdf", SampleFiles.png), ("a.pdf", Array("hello".utf8)), ("a.pdf", []), ("a.pdf", SampleFiles.elf),
    ("a.pdf", SampleFiles.zip(["a"])),
    ("a.doc", SampleFiles.zip(["word/document.xml"])), ("a.doc", SampleFiles.compound(stream: "Workbook")),
    ("a.xls", Array("a\tb\n".utf8)), ("a.docx", SampleFiles.zip(["[Content_Types].xml", "xl/workbook.xml"])),
    ("a.docx", SampleFiles.zip(["a.txt"])), ("a.docx", SampleFiles.zip(["META-INF/MANIFEST.MF", "[Content_Types].xml"])),
    ("a.docx", SampleFiles.compound(stream: "WordDocument")), ("a.docx", SampleFiles.pdf), ("a.xlsx", []),
    ("a.jpg", SampleFiles.png), ("a.png", SampleFiles.jpeg), ("a.gif", SampleFiles.webp), ("a.webp", SampleFiles.gif),
    ("a.jpg", Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8)), ("a.png", []),
    ("a.zip", SampleFiles.rar), ("a.zip", SampleFiles.exe), ("a.zip", []), ("a.rar", SampleFiles.sevenZip),
    ("a.7z", SampleFiles.zip(["a"])),
    ("a.txt", SampleFiles.pdf), ("a.txt", SampleFiles.elf), ("a.txt", SampleFiles.exe), ("a.txt", SampleFiles.png),
    ("a.txt", SampleFiles.jpeg), ("a.txt", SampleFiles.gif), ("a.txt", Array("GIF89a".utf8)), ("a.txt", SampleFiles.zip(["a"])),
    ("a.txt", SampleFiles.compound(stream: "WordDocument")), ("a.txt", Array("null \u{0} inside".utf8)),
    ("a.txt", [0xff, 0xfe, 1, 0, 2, 0]),
    ("a.csv", SampleFiles.zip(["xl/workbook.xml"])), ("a.md", SampleFiles.pdf), ("a.log", SampleFiles.rar),
    ("a.json", SampleFiles.gbk), ("a.json", Array("hello".utf8)), ("a.json", Array("<a/>".utf8)), ("a.json", Array("{\"".utf8) + [0xff]),
    ("a.json", Array("{".utf8) + [0xe4, 0xbd]),
  ]

  @Test(arguments: liars.indices) func aFileThatIsSomethingElseIsRefused(index: Int) async throws {
    let (name, head) = Self.liars[index]
    let found = try await Self.contentType(name, head)
    #expect(found == nil, "\(name)")
  }

  @Test(arguments: [
    "a.exe", "a.html", "a.svg", "a.js", "a.tar.gz", "pdf", "a.", "", "a.pdf.exe", "a.pdf ", "a.pdf/b", "a.pdf\u{0}", "a.ｐdf",
    "a.PDF\u{301}",
  ])
  func aTypeThatIsNotSupportedIsRefused(name: String) async throws {
    let found = try await Self.contentType(name, SampleFiles.pdf)
    #expect(found == nil && !FileTypes.isSupported(name: name))
  }

  @Test func aLongTextMayBeCutInsideACharacter() async throws {
    for cut in 0..<3 {
      let text = Array((String(repeating: " ", count: cut) + "[\"" + String(repeating: "文", count: 30_000)).utf8)
      let found = try await Self.contentType("a.json", text)
      #expect(found == "application/json")
    }
  }

  /// Megabytes of white space took libmagic's own tests for text a third of a second each.
  @Test func noContentKeepsTheThreadsBusy() async throws {
    let types = try Self.types.get()
    for byte in [UInt8(ascii: "\n"), UInt8(ascii: "a"), 0, 0xff, UInt8(ascii: "{"), UInt8(ascii: "("), 0x50] {
      for name in ["a.txt", "a.pdf", "a.docx", "a.json"] {
        _ = try await types.decide(name: name, head: [UInt8](repeating: byte, count: FileTypes.headBytes))
      }
    }
  }

  @Test(.enabled(if: TestPython.isAvailable, "WEFT_PYTHON is not set")) func realDocumentsPass() async throws {
    try await TestDirectory.with { path in
      let script = """
        import sys, zipfile, zlib, struct
        def package(name, entries):
            with zipfile.ZipFile(sys.argv[1] + '/' + name, 'w', zipfile.ZIP_DEFLATED) as z:
                for entry in entries: z.writestr(entry, '<?xml version="1.0"?><x/>' * 100)
        package('a.docx', ['[Content_Types].xml', '_rels/.rels', 'word/document.xml'])
        package('a.xlsx', ['xl/worksheets/sheet1.xml', 'xl/workbook.xml', '[Content_Types].xml'])
        package('a.pptx', ['docProps/app.xml', '[Content_Types].xml', 'ppt/presentation.xml'])
        package('a.zip', ['readme.txt'])
        chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        open(sys.argv[1] + '/a.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(b'\\0\\0\\0\\0')) + chunk(b'IEND', b''))
        open(sys.argv[1] + '/a.csv', 'w', encoding='gb18030').write('姓名,电话,备注\\n' + '张三,13800000000,𠮷 €\\n' * 5000)
        open(sys.argv[1] + '/a.txt', 'w', encoding='utf-16').write('你好，世界\\n' * 9000)
        """
      try await TestPython.run(script, [path])
      for name in TestDirectory.files(path) {
        let found = try await Self.contentType(name, Array(Data(contentsOf: URL(filePath: "\(path)/\(name)"))))
        #expect(found != nil, "\(name)")
      }
      #expect(TestDirectory.files(path).count == 7)
    }
  }
}
