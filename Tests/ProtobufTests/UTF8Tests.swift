import Testing

@testable import Protobuf

@Suite struct UTF8Tests {
  private func isValid(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { UTF8Text.kind($0) } != .malformed }

  /// Bytes from both sides of every limit of the standard's table.
  @Test func agreesWithTheStandardLibraryOnEverySequence() {
    let edges: [UInt8] = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe4, 0xff]
    let leads: [UInt8] = [
      0, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
    ]
    let ends: [UInt8] = [0x7f, 0x80, 0xbf, 0xc0, 0xe4]
    var differences: [[UInt8]] = []
    for lead in leads {
      for second in edges {
        for third in ends {
          for fourth in ends {
            let sequence = [lead, second, third, fourth]
            for count in 1...4 {
              // Alone, after Chinese, and before ASCII: the ways through the fast loops.
              let part = Array(sequence[..<count])
              for bytes in [part, [0xe4, 0xbd, 0xa0] + part, part + [0x61, 0x62]] {
                if isValid(bytes) != (String(validating: bytes, as: UTF8.self) != nil) { differences.append(bytes) }
              }
            }
          }
        }
      }
    }
    #expect(differences.isEmpty)
  }

  @Test(arguments: 0...40) func looksAtEveryPlaceOfLongText(place: Int) {
    var bytes = [UInt8](repeating: 0x61, count: 41)
    #expect(bytes.withUnsafeBytes { UTF8Text.kind($0) } == .ascii)
    bytes[place] = 0x80
    #expect(!isValid(bytes))
    bytes.replaceSubrange(place...place, with: Array("单".utf8))
    #expect(bytes.withUnsafeBytes { UTF8Text.kind($0) } == .other)
  }

  @Test func emptyTextIsASCII() {
    #expect(UTF8Text.kind(UnsafeRawBufferPointer(start: nil, count: 0)) == .ascii)
  }
}
