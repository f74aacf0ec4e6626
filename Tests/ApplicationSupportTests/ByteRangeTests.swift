import Testing

@testable import ApplicationSupport

/// RFC 9110, section 14.1.2 and 14.2.
struct ByteRangeTests {
  @Test(arguments: [
    ("", ByteRange.whole),
    ("bytes=0-0", .part(0..<1)), ("bytes=0-9", .part(0..<10)), ("bytes=0-", .part(0..<10)), ("bytes=9-", .part(9..<10)),
    ("bytes=2-4", .part(2..<5)), ("bytes=2-999", .part(2..<10)), ("bytes=2-99999999999999999999999", .part(2..<10)),
    ("bytes=-1", .part(9..<10)), ("bytes=-10", .part(0..<10)), ("bytes=-11", .part(0..<10)), ("bytes=-99999999999999999999", .part(0..<10)),
    ("Bytes=1-2", .part(1..<3)), ("bytes= 1-2 ", .part(1..<3)),
    ("bytes=10-", .unsatisfiable), ("bytes=10-12", .unsatisfiable), ("bytes=99999999999999999999-", .unsatisfiable),
    ("bytes=-0", .unsatisfiable),
    ("bytes=4-2", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole), ("bytes=1", .whole), ("bytes=+1-2", .whole),
    ("bytes=0-1,3-4", .whole), ("bytes=1-2-3", .whole), ("items=0-1", .whole), ("bytes", .whole), ("bytes=0x1-2", .whole),
    ("bytes=١-٢", .whole),
  ])
  func readsARange(header: String, range: ByteRange) {
    #expect(ByteRange(header, size: 10) == range)
  }

  @Test(arguments: [("bytes=0-", ByteRange.unsatisfiable), ("bytes=-5", .whole), ("bytes=0-0", .unsatisfiable), ("", .whole)])
  func ofAnEmptyFile(header: String, range: ByteRange) {
    #expect(ByteRange(header, size: 0) == range)
  }
}
