import Testing

@testable import ApplicationSupport

struct FileNameTests {
  @Test(arguments: [
    ("document.pdf", "document.pdf"),
    ("项目文档.pdf", "项目文档.pdf"),
    ("/etc/passwd", "passwd"),
    ("C:\\fakepath\\报告.docx", "报告.docx"),
    ("../../up.txt", "up.txt"),
    ("a/b\\c.txt", "c.txt"),
    ("line\r\nbreak\u{0}.txt", "linebreak.txt"),
    ("photo\u{202E}gpj.exe", "photogpj.exe"),
    ("a\u{2066}b\u{2069}\u{200F}.txt", "ab.txt"),
    ("a\u{2028}b\u{FEFF}.txt", "ab.txt"),
    ("say \"hi\" 100%.txt", "say \"hi\" 100%.txt"),
    (" space .txt", " space .txt"),
    ("e\u{301}.txt", "e\u{301}.txt"),
    ("👩\u{200D}💻.png", "👩\u{200D}💻.png"),
    (".profile", ".profile"),
  ])
  func isTheLastPartOfAPathWithoutWhatDoesNotShow(said: String, name: String) throws {
    let text = try FileName(said).text
    #expect(Array(text.utf8) == Array(name.utf8))
  }

  @Test(arguments: [
    ("", FileNameProblem.empty), (".", .unusable), ("..", .unusable), ("a/", .unusable), ("a\\..", .unusable), ("\u{7f}\u{1}", .unusable),
    ("  ", .unusable), ("\u{202E}", .unusable), (String(repeating: "长", count: 256), .tooLong),
  ])
  func refuses(said: String, problem: FileNameProblem) {
    #expect(throws: problem) { try FileName(said) }
  }

  @Test func countsCodePoints() throws {
    let name = String(repeating: "长", count: 251) + ".pdf"
    #expect(try FileName(name).text == name)
    #expect(try FileName("dir/" + name).text == name)
  }

  @Test(
    arguments: [
      ("a.pdf", "pdf"), ("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", nil), ("a.", nil), ("a.文档", nil), ("a.12345678901", nil),
      ("a.x y", nil),
      (".7Z", "7z"),
    ] as [(String, String?)])
  func givesTheKeyItsEnd(name: String, end: String?) throws {
    #expect(try FileName(name).keyExtension == end)
  }
}
