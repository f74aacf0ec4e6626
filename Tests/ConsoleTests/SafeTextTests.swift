import Console
import Foundation
import Testing

struct SafeTextTests {
  @Test(
    "Nothing that steers a terminal is left in a line",
    arguments: [
      ("a\u{1b}[2Jb", "a\u{fffd}[2Jb"), ("a\u{9b}31mb", "a\u{fffd}31mb"), ("x\u{7}\u{8}\u{7f}", "x\u{fffd}\u{fffd}\u{fffd}"),
      ("first\nsecond\tthird\r", "first second third "), ("\u{202e}fdp.exe", "\u{fffd}fdp.exe"),
      ("a\u{2066}b\u{2069}", "a\u{fffd}b\u{fffd}"),
      ("a\u{2028}b", "a b"), ("中文 e\u{301} 😀", "中文 e\u{301} 😀"), ("\u{0}", "\u{fffd}"),
    ])
  func line(_ text: String, _ expected: String) { #expect(SafeText.line(text) == expected) }

  @Test("A paragraph keeps its lines and tabs")
  func paragraph() {
    #expect(SafeText.paragraph("a\r\nb\rc\n\n\td\u{1b}]0;x\u{7}") == "a\nb\nc\n\n\td\u{fffd}]0;x\u{fffd}")
  }

  @Test("JSON keeps its value and loses what steers a terminal")
  func json() throws {
    let text = "a\u{9b}31m\u{202e}中\u{7f}文"
    let json = SafeText.json(Array("{\n  \"x\": \"\(text)\"\n}".utf8))
    #expect(json == "{\n  \"x\": \"a\\u009b31m\\u202e中\\u007f文\"\n}")
    #expect(try JSONDecoder().decode([String: String].self, from: Data(json.utf8)) == ["x": text])
  }
}
