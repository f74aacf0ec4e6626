import Identity
import Testing

@Suite struct IncrementalSHA256Tests {
  @Test func piecesHaveTheDigestOfTheWhole() {
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for pieceBytes in [1, 63, 64, 65, 9_999, 10_000] {
      let hash = IncrementalSHA256()
      var start = 0
      while start < bytes.count {
        hash.update(Array(bytes[start..<min(start + pieceBytes, bytes.count)]))
        start += pieceBytes
      }
      hash.update([])
      #expect(hash.finish() == SHA256.digest(bytes))
    }
    #expect(IncrementalSHA256().finish() == SHA256.digest([]))
  }
}
