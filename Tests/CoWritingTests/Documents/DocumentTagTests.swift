import Testing

@testable import CoWriting

@Suite struct DocumentTagTests {
  @Test(arguments: [#""7""#, #""6", "7""#, #""7","8""#, "*", #"W/"7", "7""#, #"  "7"  "#, "\"6\"\t,\t\"7\""])
  func holds(_ condition: String) { #expect(DocumentTag.isMet(condition, revision: 7)) }

  @Test(arguments: [#""8""#, "7", #"W/"7""#, #""77""#, #""7"#, ",", #""07""#, #"w/"7""#, "**", #""７""#])
  func doesNot(_ condition: String) { #expect(!DocumentTag.isMet(condition, revision: 7)) }

  @Test func noneAlwaysHolds() { #expect(DocumentTag.isMet("", revision: 7)) }

  @Test func whatIsToldIsWhatHolds() {
    for revision in [1, 9, 10, Int64.max] { #expect(DocumentTag.isMet(DocumentTag.text(revision), revision: revision)) }
  }
}
