import Testing

@testable import RPC

@Suite struct GzipTests {
  private func unpacked(_ bytes: [UInt8], bytesMax: Int = 1 << 20) throws(Gzip.Failure) -> [UInt8] {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(Gzip.Failure) in try Gzip.decompress(buffer, bytesMax: bytesMax) }
    }
    return try result.get()
  }

  @Test(arguments: [0, 1, 1023, 4096, 100_000, 1_000_000]) func comesBack(count: Int) throws {
    var generator = SystemRandomNumberGenerator()
    for alphabet in [1, 7, 256] {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: Int.random(in: 0..<alphabet, using: &generator)) }
      let packed = bytes.withUnsafeBytes { Gzip.compress($0) }
      #expect(try unpacked(packed) == bytes)
    }
  }

  /// `printf 'hello' | gzip -n9`
  private static let hello: [UInt8] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0,
  ]

  @Test func readsWhatTheToolWrites() throws {
    #expect(try unpacked(Self.hello) == Array("hello".utf8))
  }

  @Test func refusesWhatIsCutShortDamagedOrFollowedByMore() {
    for count in 0..<Self.hello.count {
      #expect(throws: Gzip.Failure.malformed) { try unpacked(Array(Self.hello[..<count])) }
    }
    var damaged = Self.hello
    damaged[18] ^= 1
    #expect(throws: Gzip.Failure.malformed) { try unpacked(damaged) }
    #expect(throws: Gzip.Failure.malformed) { try unpacked(Self.hello + [0]) }
    #expect(throws: Gzip.Failure.malformed) { try unpacked(Array("hello".utf8)) }
  }

  @Test func neverUnpacksMoreThanAllowed() throws {
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    let packed = zeros.withUnsafeBytes { Gzip.compress($0) }
    #expect(packed.count < 8192)
    #expect(try unpacked(packed, bytesMax: 1 << 20).count == 1 << 20)
    #expect(throws: Gzip.Failure.tooLarge) { try unpacked(packed, bytesMax: (1 << 20) - 1) }
    #expect(throws: Gzip.Failure.tooLarge) { try unpacked(packed, bytesMax: 0) }
  }

  @Test func theListOfEncodingsIsReadByName() {
    #expect(MessageEncoding.listHoldsGzip("identity,deflate,gzip"))
    #expect(MessageEncoding.listHoldsGzip("identity, gzip;q=1"))
    for list in ["", "identity", "xgzip", "gzipx", "deflate"] { #expect(!MessageEncoding.listHoldsGzip(list)) }
  }
}
