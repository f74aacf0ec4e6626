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
