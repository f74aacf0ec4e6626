import Blobs
import Testing

@Suite struct BlobKeyTests {
  @Test(arguments: ["a", "uploads/2026/11/6f1c0a1e-0000-4000-8000-000000000000.pdf", "a/b.c/d_e-f", "-", "_", "a..b", "a."])
  func isKey(text: String) throws {
    #expect(try #require(BlobKey(text)).text == text)
  }

  @Test(arguments: [
    "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", ".a", "a/.b.part", "A", "a b", "a\\b", "a\u{0}b", "a\nb", "文",
    "a%2fb",
    "a?b", "a#b", "~",
  ])
  func isNoKey(text: String) {
    #expect(BlobKey(text) == nil)
  }

  @Test func lengthsAreLimited() {
    let segment = String(repeating: "a", count: 240)
    #expect(BlobKey(segment) != nil && BlobKey(segment + "a") == nil)
    let long = "\(segment)/\(segment)/\(String(repeating: "b", count: 30))"
    #expect(long.utf8.count == 512 && BlobKey(long) != nil && BlobKey(long + "b") == nil)
  }

  @Test func aDatedKeyNamesItsMonth() {
    #expect(BlobKey(in: "uploads", "6f1c.pdf", at: 1_795_219_200_000_000).text == "uploads/2026/11/6f1c.pdf")
  }
}
