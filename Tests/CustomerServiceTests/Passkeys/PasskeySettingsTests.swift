import Identity
import Testing

@testable import CustomerService

@Suite struct PasskeySettingsTests {
  @Test(
    arguments: [
      ("https://Example.ORG", "https://example.org"), ("https://example.org:443/x?y#z", "https://example.org"),
      ("http://localhost:8000", "http://localhost:8000"), ("http://example.org:80", "http://example.org"),
      ("http://example.org:443", "http://example.org:443"), ("http://[::1]:8000/", "http://[::1]:8000"), ("https://[::1]", "https://[::1]"),
      ("ftp://example.org", nil), ("example.org", nil), ("https://", nil), ("https://user@example.org", nil),
      ("https://example.org:x", nil),
      ("https://example.org:99999", nil), ("https://example.org:", nil), ("https://exa mple.org", nil), ("http://[::1", nil),
    ] as [(String, String?)])
  func origins(url: String, origin: String?) {
    #expect(WebOrigin(url: url)?.text == origin)
  }

  @Test(arguments: [
    ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ("http://127.0.0.1:8000", "dreamreflex.com", "https://dreamreflex.com"),
    ("https://dreamreflex.com/api", "dreamreflex.com", "https://dreamreflex.com"),
    ("https://www.dreamreflex.com", "dreamreflex.com", "https://dreamreflex.com"), ("", "dreamreflex.com", "https://dreamreflex.com"),
  ])
  func theDefaultOrigin(publicURL: String, id: String, origin: String) {
    #expect(PasskeySettings(relyingPartyID: id).party(publicURL: publicURL).origins == [origin])
    #expect(PasskeySettings(relyingPartyID: id, origins: ["https://a.\(id)"]).party(publicURL: publicURL).origins == ["https://a.\(id)"])
  }

  @Test func whatOriginsMayBe() {
    for text in ["https://a.b", "https://x.a.b:8443", "android:apk-key-hash:x"] { #expect(PasskeySettings.isOrigin(text, of: "a.b")) }
    for text in ["http://a.b", "https://a.b/", "https://A.b", "https://xa.b", "https://a.b.c", "a.b", ""] {
      #expect(!PasskeySettings.isOrigin(text, of: "a.b"))
    }
    #expect(PasskeySettings.isOrigin("http://localhost:1", of: "localhost"))
  }

  @Test func whatIdsMayBe() {
    for text in ["a.b", "localhost", "xn--fiq228c.cn", "a-b.c1"] { #expect(PasskeySettings.isRelyingPartyID(text)) }
    for text in ["", ".", "a.", "-a.b", "a-.b", "A.b", "a_b.c", "1.2.3.4", "a:1", "例.cn", String(repeating: "a", count: 64) + ".b"] {
      #expect(!PasskeySettings.isRelyingPartyID(text))
    }
  }
}
