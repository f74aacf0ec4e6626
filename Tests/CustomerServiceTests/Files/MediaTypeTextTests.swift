import Testing

@testable import CustomerService

struct MediaTypeTextTests {
  @Test(arguments: [
    "application/pdf", "text/plain; charset=utf-8", "text/plain;charset=utf-8", "application/vnd.ms-excel", "image/svg+xml",
    "a/b; c=d; e=f",
  ])
  func isOne(text: String) { #expect(MediaTypeText.isValid(text)) }

  @Test(arguments: [
    "", "pdf", "application/", "/pdf", "a/b/c", "a/b;", "a/b; c", "a/b\r\nset-cookie: x", "a/b; c=\"d\"", "文档/pdf", "a /b", "a/b; =c",
    "*/*",
  ])
  func isNone(text: String) { #expect(!MediaTypeText.isValid(text)) }
}
