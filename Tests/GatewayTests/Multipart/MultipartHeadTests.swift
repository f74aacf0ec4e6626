import Testing

@testable import Gateway

/// Names of fields and files in the forms in which clients write them.
@Suite struct MultipartHeadTests {
  private func head(_ lines: String...) throws(MultipartError) -> MultipartHead { try MultipartHead(lines.map { Array($0.utf8) }) }

  @Test(arguments: [
    (#"filename="a b.pdf""#, "a b.pdf"), (#"filename="合同.pdf""#, "合同.pdf"),
    // curl before 7.81, Python: backslashes before quotes and backslashes.
    (#"filename="say \"hi\" \\ twice.pdf""#, #"say "hi" \ twice.pdf"#),
    // Browsers: escapes of three characters, and of no other.
    (#"filename="say %22hi%22 100%25%0d%0A.pdf""#, "say \"hi\" 100%25\r\n.pdf"), (#"filename="100%.pdf""#, "100%.pdf"),
    (#"filename="%2""#, "%2"),
    // A path of Windows, as old browsers sent it.
    (#"filename="C:\docs\a.pdf""#, #"C:\docs\a.pdf"#),
    ("filename=plain.pdf", "plain.pdf"), (#"FILENAME="a""#, "a"), (#"filename="a" ; x=y;"#, "a"), (#"filename="a;b=c""#, "a;b=c"),
    (#"filename="" "#, ""),
    (#"filename="x"; filename*=UTF-8''%E5%90%88%E5%90%8C%20%22.pdf"#, #"合同 ".pdf"#), (#"filename*=utf-8'zh'%E5%90%88"#, "合"),
  ])
  func filenames(parameter: String, expected: String) throws {
    let head = try head("Content-Disposition: form-data; name=\"file\"; \(parameter)", "content-type: application/pdf")
    #expect(head.name == "file" && head.filename == expected && head.contentType == "application/pdf")
  }

  @Test func plainFields() throws {
    #expect(try head("CONTENT-disposition:form-data;name=tag") == head("content-disposition: FORM-DATA; name=\"tag\""))
    let field = try head("content-disposition: form-data; name=\"a%22b\"", "x-more: 1", "content-transfer-encoding: 8BIT")
    #expect(field.name == "a\"b" && field.filename == nil && field.contentType == nil)
  }

  @Test(arguments: [
    [], ["content-type: text/plain"], ["content-disposition: form-data"], ["content-disposition: attachment; name=a"],
    ["content-disposition: form-data; name=\"a"], ["content-disposition: form-data; name=a b"],
    ["content-disposition: form-data; name=a; name=b"], ["content-disposition: form-data; name="],
    ["content-disposition: form-data; name=a; filename=\"x\"; filename=\"y\""],
    ["content-disposition: form-data; name=a; filename*=GBK''%BA%CF"], ["content-disposition: form-data; name=a; filename*=UTF-8''%FF"],
    ["content-disposition: form-data; name=a", "content-disposition: form-data; name=b"],
    ["content-disposition: form-data; name=a", "content-type: a/b", "content-type: a/b"],
    ["content-disposition: form-data; name=a", "content-transfer-encoding: base64"], ["content-disposition: form-data; name=a", " folded"],
    ["content-disposition: form-data; name=a", "no colon"], ["content-disposition : form-data; name=a"],
    ["content-disposition: form-data; name=\"a\u{0}\""], ["content-disposition: form-data; name=\"a\u{7f}\""],
    ["content-disposition: form-data; name=\"\(String(repeating: "n", count: 257))\""],
  ])
  func whatIsNoHead(lines: [String]) {
    #expect(throws: MultipartError.self) { try MultipartHead(lines.map { Array($0.utf8) }) }
  }

  @Test func textThatIsNotUTF8() {
    #expect(throws: MultipartError.self) {
      try MultipartHead([Array("content-disposition: form-data; name=a; filename=\"".utf8) + [0xba, 0xcf] + Array("\"".utf8)])
    }
  }

  @Test(arguments: [
    ("multipart/form-data; boundary=abc", "abc"), ("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b'()+_,-./:=?\"", "a b'()+_,-./:=?"),
    ("multipart/form-data; boundary=\(String(repeating: "b", count: 70))", String(repeating: "b", count: 70)),
  ])
  func boundaries(header: String, expected: String) throws {
    #expect(try MultipartBoundary.parse(header) == Array(expected.utf8))
  }

  @Test(arguments: [
    (nil, MultipartError.notMultipart), ("", .notMultipart), ("application/json", .notMultipart),
    ("multipart/form-data2; boundary=a", .notMultipart),
    ("multipart/mixed; boundary=a", .notMultipart), ("multipart/form-data", .badBoundary), ("multipart/form-data; boundary=", .badBoundary),
    ("multipart/form-data; boundary=\"a \"", .badBoundary), ("multipart/form-data; boundary=\"a\rb\"", .badBoundary),
    ("multipart/form-data; boundary=a; boundary=b", .badBoundary),
    ("multipart/form-data; boundary=\(String(repeating: "b", count: 71))", .badBoundary),
    ("multipart/form-data; boundary=\"ä\"", .badBoundary),
  ])
  func noBoundaries(header: String?, error: MultipartError) {
    #expect(throws: error) { try MultipartBoundary.parse(header) }
  }
}
