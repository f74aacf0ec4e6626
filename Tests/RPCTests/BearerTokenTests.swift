import Testing

@testable import RPC

/// RFC 6750, section 2.1; the scheme's name is case-insensitive (RFC 9110, section 11.1).
@Suite struct BearerTokenTests {
  @Test(arguments: ["Bearer abc.def", "bearer abc.def", "BEARER abc.def"]) func reads(value: String) {
    #expect(BearerToken.parse(value) == "abc.def")
  }

  @Test(arguments: [nil, "", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "abc"]) func findsNone(value: String?) {
    #expect(BearerToken.parse(value) == nil)
  }
}
