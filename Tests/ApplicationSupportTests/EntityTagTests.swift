import Testing

@testable import ApplicationSupport

/// RFC 9110, sections 13.1.2 and 13.1.5.
struct EntityTagTests {
  private let tag = EntityTag(sha256: [0x0a, 0xff])

  @Test func isTheHashInQuotes() { #expect(tag.text == "\"0aff\"") }

  @Test(arguments: [
    ("\"0aff\"", true), ("W/\"0aff\"", true), ("*", true), (" * ", true), ("\"x\", \"0aff\"", true), ("\"x\",W/\"0aff\" ,\"y\"", true),
    ("\"0AFF\"", false), ("0aff", false), ("\"x\"", false), ("\"0aff", false),
  ])
  func ifNoneMatch(header: String, isAmong: Bool) { #expect(tag.isAmong(header) == isAmong) }

  @Test(arguments: [
    ("", true), ("\"0aff\"", true), ("W/\"0aff\"", false), ("\"x\"", false), ("Wed, 21 Oct 2015 07:28:00 GMT", false),
  ])
  func ifRange(header: String, allows: Bool) { #expect(tag.allowsRange(header) == allows) }
}
