import Testing

@testable import CoWriting

@Suite struct ExportFileNameTests {
  /// 2024-01-01T12:00:00Z.
  private static let noon: Int64 = 1_704_110_400_000_000

  @Test(arguments: [
    ("环保应急预案第一章", "环保应急预案第一章"),
    ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"),
    ("../etc/passwd", "_etc_passwd"),
    ("  前后  ", "前后"),
    ("一\n二\t三\u{0}四", "一_二_三_四"),
    ("预案\u{202E}fdp.exe", "预案_fdp.exe"),
    ("零\u{200B}宽\u{FEFF}", "零_宽_"),
    (" . ..", "document"), ("", "document"),
  ])
  func namesAreThoseOfFiles(title: String, expected: String) {
    #expect(ExportFileName.name(title: title, at: Self.noon, .pdf) == expected + "_20240101.pdf")
  }

  @Test func theDateIsThatOfUTC() {
    #expect(ExportFileName.name(title: "a", at: Self.noon + 43_199_999_999, .word) == "a_20240101.docx")
    #expect(ExportFileName.name(title: "a", at: Self.noon + 43_200_000_000, .html) == "a_20240102.html")
  }

  /// Whole characters, as many as fit.
  @Test(arguments: ["环", "a", "😀", "e\u{301}", "👨‍👩‍👧"])
  func longTitlesAreCut(character: String) {
    let name = ExportFileName.name(title: String(repeating: character, count: 300), at: Self.noon, .markdown)
    #expect(name.utf8.count <= 230 && name.utf8.count > 230 - 20, "\(name)")
    #expect(name.hasSuffix("_20240101.md"))
  }
}
