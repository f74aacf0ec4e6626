import Testing

@testable import Identity

@Suite struct Base64URLAnyFormTests {
  @Test(
    arguments: [
      ("-_-_", [0xfb, 0xff, 0xbf]), ("+/+/", [0xfb, 0xff, 0xbf]), ("AA", [0]), ("AA==", [0]), ("AAA=", [0, 0]), ("", []), ("A", nil),
      ("AB", nil),
      ("AA===", nil), ("é", nil),
    ] as [(String, [UInt8]?)])
  func reads(text: String, bytes: [UInt8]?) {
    #expect(Base64URL.decode(anyForm: text) == bytes)
  }
}
