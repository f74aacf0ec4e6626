import Platform
import Testing

@Suite struct HexDigitTests {
  @Test func everyByteHasItsValueOrNone() {
    for byte in UInt8.min...UInt8.max {
      let character = Character(Unicode.Scalar(byte))
      #expect(HexDigit.value(byte) == (byte < 0x80 ? character.hexDigitValue.map { UInt8($0) } : nil))
    }
  }
}

@Suite struct HexadecimalTests {
  @Test func everyByteIsTwoDigits() {
    let bytes = Array(UInt8.min...UInt8.max)
    let text = Hexadecimal.text(bytes)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.utf8.count == 512)
    #expect(Hexadecimal.bytes(text.utf8) == bytes)
    #expect(Hexadecimal.bytes(text.uppercased().utf8) == bytes)
    #expect(Hexadecimal.bytes("".utf8) == [])
  }

  @Test(arguments: ["0", "000", "0g", "g0", " 00", "+1", "0x10", "文档"])
  func anythingElseIsNone(text: String) { #expect(Hexadecimal.bytes(text.utf8) == nil) }
}
