import Testing

@testable import Identity

/// RFC 2202, section 3.
@Suite struct HMACSHA1Tests {
  static func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

  @Test func publishedCases() {
    #expect(
      Self.hex(HMACSHA1.code(Array("Hi There".utf8), key: Array(repeating: 0x0b, count: 20))) == "b617318655057264e28bc0b6fb378c8ef146be00")
    #expect(
      Self.hex(HMACSHA1.code(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
        == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    #expect(
      Self.hex(HMACSHA1.code(Array(repeating: 0xdd, count: 50), key: Array(repeating: 0xaa, count: 20)))
        == "125d7342b9ac11cd91a39af48aa17b4f63f175d3")
  }
}
