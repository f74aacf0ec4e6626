import Platform
import Testing

@testable import Identity

@Suite struct CBORReaderTests {
  /// RFC 8949, appendix A: what WebAuthn has a use for.
  @Test(
    arguments: [
      ([0x00], .unsigned(0)), ([0x17], .unsigned(23)), ([0x18, 0x18], .unsigned(24)), ([0x19, 0x03, 0xe8], .unsigned(1000)),
      ([0x1a, 0x00, 0x0f, 0x42, 0x40], .unsigned(1_000_000)),
      ([0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], .unsigned(.max)), ([0x20], .negative(0)), ([0x38, 0x63], .negative(99)),
      ([0x39, 0x03, 0xe7], .negative(999)), ([0x40], .bytes([])), ([0x44, 1, 2, 3, 4], .bytes([1, 2, 3, 4])), ([0x60], .text("")),
      ([0x62, 0xc3, 0xbc], .text("ü")), ([0x64, 0xf0, 0x90, 0x85, 0x91], .text("\u{10151}")), ([0x80], .array([])),
      ([0x83, 1, 2, 3], .array([.unsigned(1), .unsigned(2), .unsigned(3)])), ([0xa0], .map([])),
      ([0xa1, 0x61, 0x61, 0xf5], .map([CBORPair(key: .text("a"), value: .simple)])), ([0xf4], .simple), ([0xf6], .simple),
      ([0xf7], .simple),
      ([0xf9, 0x3c, 0x00], .simple), ([0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a], .simple),
    ] as [([UInt8], CBORValue)])
  func reads(bytes: [UInt8], value: CBORValue) throws {
    #expect(try CBORReader.read(bytes) == value)
  }

  @Test(
    arguments: [
      // Nothing, cut off, reserved, followed by something.
      [], [0x18], [0x1c], [0x1f], [0x42, 1], [0x62, 0x61], [0x81], [0xa1, 0x01], [0x00, 0x00], [0xff],
      // Indefinite lengths, tags, text that is no UTF-8, a key twice.
      [0x5f, 0x41, 1, 0xff], [0x7f, 0x61, 0x61, 0xff], [0x9f, 0xff], [0xbf, 0xff], [0xc0, 0x60], [0x61, 0xff], [0xa2, 1, 1, 1, 2],
      // Lengths that nobody can mean.
      [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x98, 65] + [UInt8](repeating: 0, count: 65),
      // Too deep.
      [UInt8](repeating: 0x81, count: 10) + [0x00], [UInt8](repeating: 0x81, count: 60_000),
    ] as [[UInt8]])
  func refuses(bytes: [UInt8]) {
    #expect(throws: CBORError.self) { try CBORReader.read(bytes) }
  }

  @Test func survivesAnything() {
    let random = SystemRandom()
    for _ in 0..<20_000 { _ = try? CBORReader.read(random.bytes(Int(random.number(below: 40)))) }
    let whole = SoftAuthenticator().create(challenge: [1]).attestationObject
    for _ in 0..<5_000 {
      var bytes = whole
      for _ in 0...random.number(below: 3) { bytes[Int(random.number(below: UInt64(bytes.count)))] = random.bytes(1)[0] }
      if let attestation = try? Attestation(bytes) { _ = try? AuthenticatorData(attestation.authenticatorBytes) }
    }
  }
}
