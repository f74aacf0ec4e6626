import Testing

@testable import Gateway

struct PercentCodingTests {
  @Test(arguments: [("", ""), ("abc", "abc"), ("a%2fb", "a/b"), ("%41%4a", "AJ"), ("a+b", "a+b"), ("%e4%b8%ad", "中")])
  func decodesPaths(raw: String, expected: String) throws {
    #expect(try PercentCoding.decode(Array(raw.utf8).span, plusIsSpace: false) == Array(expected.utf8))
  }

  @Test(arguments: ["%", "%a", "a%g1", "%%41"])
  func refusesBrokenEscapes(raw: String) {
    #expect(throws: PercentCoding.Failure.badEscape) { try PercentCoding.decode(Array(raw.utf8).span, plusIsSpace: false) }
  }

  @Test func refusesBytesThatAreNoTextEvenUnescaped() {
    #expect(throws: PercentCoding.Failure.badUTF8) { try PercentCoding.decode([0x61, 0xFF].span, plusIsSpace: false) }
    #expect(throws: PercentCoding.Failure.nul) { try PercentCoding.decode([0x61, 0x00].span, plusIsSpace: false) }
  }
}
