import Testing

@testable import ApplicationSupport

struct ContentDispositionTests {
  @Test(arguments: [
    ("document.pdf", "attachment; filename=\"document.pdf\""),
    ("文档.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E6%96%87%E6%A1%A3.pdf"),
    ("a \"b\" c.txt", "attachment; filename=\"a _b_ c.txt\"; filename*=UTF-8''a%20%22b%22%20c.txt"),
    ("a\\b;c.txt", "attachment; filename=\"a_b;c.txt\"; filename*=UTF-8''a%5Cb%3Bc.txt"),
    ("100%41.txt", "attachment; filename=\"100_41.txt\"; filename*=UTF-8''100%2541.txt"),
    ("it's (1)*.txt", "attachment; filename=\"it's (1)*.txt\""),
    ("é'*.txt", "attachment; filename=\"_'*.txt\"; filename*=UTF-8''%C3%A9%27%2A.txt"),
    ("a\r\nset-cookie: x.txt", "attachment; filename=\"a__set-cookie: x.txt\"; filename*=UTF-8''a%0D%0Aset-cookie%3A%20x.txt"),
  ])
  func savesUnderTheName(name: String, header: String) {
    #expect(ContentDisposition.attachment(name) == header)
  }

  @Test func isASCIIWithoutControlsWhateverTheName() {
    let awkward = String(String.UnicodeScalarView((0...0x2100).compactMap { Unicode.Scalar($0) }))
    #expect(ContentDisposition.attachment(awkward).utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
  }
}
