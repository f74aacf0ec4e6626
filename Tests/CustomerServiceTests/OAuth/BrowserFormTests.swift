import Identity
import Testing

@testable import CustomerService

@Suite struct BrowserFormTests {
  private let value = SessionCookie.value([UInt8](repeating: 7, count: 32))

  @Test func aTokenIsBoundToCookieAndRequest() throws {
    let forms = FormTokens(secret: try HashSecret(bytes: [UInt8](repeating: 1, count: 32)))
    let token = forms.token(cookie: "c", request: "r")
    #expect(forms.isValid(token, cookie: "c", request: "r"))
    #expect(!forms.isValid(token, cookie: "d", request: "r"))
    #expect(!forms.isValid(token, cookie: "c", request: "s"))
    #expect(!forms.isValid("", cookie: "c", request: "r"))
    #expect(!forms.isValid(forms.token(cookie: "cr", request: ""), cookie: "c", request: "r"))
    let others = FormTokens(secret: try HashSecret(bytes: [UInt8](repeating: 2, count: 32)))
    #expect(!others.isValid(token, cookie: "c", request: "r"))
  }

  @Test func theCookieIsFoundAmongOthers() {
    let plain = SessionCookie(publicURL: "http://127.0.0.1:8000")
    #expect(plain.value(in: "weft_oauth=\(value)") == value)
    #expect(plain.value(in: "a=b; weft_oauth=\(value);c=d") == value)
    #expect(plain.value(in: "xweft_oauth=\(value); weft_oauth2=\(value)") == nil)
    for bad in ["weft_oauth=", "weft_oauth", "", "weft_oauth=\(value)x", "weft_oauth=\"\(value)\"", "weft_oauth=../../etc", ";;;=;"] {
      #expect(plain.value(in: bad) == nil)
    }
  }

  @Test func underHTTPSOnlyTheHostsOwnCookieCounts() {
    let secure = SessionCookie(publicURL: "https://op.example")
    #expect(secure.value(in: "weft_oauth=\(value)") == nil)
    #expect(secure.value(in: "__Host-weft_oauth=\(value)") == value)
    #expect(secure.header(value) == "__Host-weft_oauth=\(value); Path=/; HttpOnly; SameSite=Lax; Secure")
  }
}
