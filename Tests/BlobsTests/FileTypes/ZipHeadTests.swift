import Testing

@testable import Blobs

@Suite struct ZipHeadTests {
  private static func header(nameLength: Int) -> [UInt8] {
    [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(nameLength & 0xff), UInt8(nameLength >> 8), 0, 0]
  }

  @Test func namesAreFoundOneBehindAnother() {
    let head = Self.header(nameLength: 5) + Array("a.txt".utf8) + [1, 2, 3] + Self.header(nameLength: 6) + Array("word/b".utf8)
    #expect(ZipHead.entryNames(head) == [Array("a.txt".utf8), Array("word/b".utf8)])
    // One that goes on behind what is looked at is none, and hides none.
    let cut = Self.header(nameLength: 9000) + Self.header(nameLength: 6) + Array("word/b".utf8)
    #expect(ZipHead.entryNames(cut) == [Array("word/b".utf8)])
  }

  @Test func namesWithinOneAnotherAreNotMoreThanTheHead() {
    var head: [UInt8] = []
    while head.count + 30 <= FileTypes.headBytes { head += Self.header(nameLength: max(0, FileTypes.headBytes - head.count - 64)) }
    #expect(ZipHead.entryNames(head).reduce(0) { $0 + $1.count } <= head.count)
  }
}
