import Testing

@testable import RPC

/// RFC 4648, section 10, and what gRPC asks beyond it.
@Suite struct Base64Tests {
  static let vectors: [(String, String, String)] = [
    ("", "", ""), ("f", "Zg", "Zg=="), ("fo", "Zm8", "Zm8="), ("foo", "Zm9v", "Zm9v"), ("foob", "Zm9vYg", "Zm9vYg=="),
    ("fooba", "Zm9vYmE", "Zm9vYmE="), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
  ]

  @Test(arguments: vectors) func writesWithoutPaddingAndReadsWithAndWithout(plain: String, bare: String, padded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == bare)
    #expect(Base64.decode(bare.utf8) == Array(plain.utf8))
    #expect(Base64.decode(padded.utf8) == Array(plain.utf8))
  }

  @Test func everyByteComesBack() {
    let bytes = (0...255).map { UInt8($0) }
    #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
  }

  @Test(arguments: ["Z", "Zg=", "Zg===", "=", "Zm9v=", "Zm 9v", "Zm9v\n", "Zm9-", "Zm9_", "Z=g=", "工"])
  func refuses(text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }
}
