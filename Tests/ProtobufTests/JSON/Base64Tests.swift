import Protobuf
import Testing

@Suite struct Base64Tests {
  private func decode(_ text: String) throws(JSONError) -> [UInt8] {
    try GoogleProtobuf.BytesValue(jsonUTF8Bytes: Array("\"\(text)\"".utf8)).value
  }

  @Test func readsWhatItWrites() throws {
    for count in 0..<70 {
      let value = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 73 + count) }
      let message = GoogleProtobuf.BytesValue.with { $0.value = value }
      #expect(try GoogleProtobuf.BytesValue(jsonUTF8Bytes: message.jsonUTF8Bytes()).value == value)
    }
  }

  /// RFC 4648, section 10.
  @Test func agreesWithThePublishedVectors() throws {
    for (text, encoded) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ] {
      #expect(try decode(encoded) == Array(text.utf8))
      #expect(try decode(String(encoded.prefix { $0 != "=" })) == Array(text.utf8))
      let json = try GoogleProtobuf.BytesValue.with { $0.value = Array(text.utf8) }.jsonUTF8Bytes()
      #expect(String(decoding: json, as: UTF8.self) == "\"\(encoded)\"")
    }
  }

  @Test func takesEitherAlphabet() throws {
    #expect(try decode("-_-_") == [0xfb, 0xff, 0xbf])
    #expect(try decode("+/+/") == [0xfb, 0xff, 0xbf])
  }

  @Test(arguments: ["A", "AAAAA", "A===", "AA=", "AAA==", "A A=", "AA*=", "=", "==", "AAAA=", "AAAA==", "中文", "AA=A"])
  func refusesWhatIsNoBase64(_ text: String) {
    #expect(throws: JSONError.self, "\(text)") { try decode(text) }
  }
}
