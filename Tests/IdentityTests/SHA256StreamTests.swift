import Identity
import Testing

@Suite struct SHA256StreamTests {
  @Test(arguments: [0, 1, 63, 64, 65, 1_000]) func piecesOfAnySizeAreTheWhole(piece: Int) {
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let stream = SHA256Stream()
    var rest = bytes[...]
    while !rest.isEmpty {
      stream.update(rest.prefix(max(piece, 1)))
      rest = rest.dropFirst(max(piece, 1))
      if piece == 0 { stream.update([]) }
    }
    #expect(stream.finish() == SHA256.digest(bytes))
  }

  /// FIPS 180-4's example of nothing at all (NIST's SHA256ShortMsg, Len = 0).
  @Test func ofNothing() {
    #expect(SHA256Stream().finish().prefix(4) == [0xe3, 0xb0, 0xc4, 0x42])
  }
}
