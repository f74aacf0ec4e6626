import Testing

@testable import CustomerService

@Suite struct RedirectURITests {
  @Test(arguments: [
    "https://client.example.com/callback", "https://client.example.com", "https://client.example.com:8443/a?b=c", "https://[2001:db8::1]/",
    "http://127.0.0.1/callback", "http://127.0.0.1:9000/callback", "http://[::1]:9000/", "http://localhost:3000/cb",
    "com.example.app:/callback", "com.example.app://callback",
  ])
  func takes(_ uri: String) {
    #expect(RedirectURI.isRegistrable(uri))
  }

  @Test(arguments: [
    "", "/callback", "client.example.com/callback", "https:/client.example.com", "https://", "https:///x", "https://a.example/#x",
    "https://user@a.example/", "https://user:pass@a.example/", "http://a.example/", "http://127.0.0.1.example.com/",
    "http://localhost@evil.example/",
    "javascript:alert(1)", "data:text/html,x", "myapp:/callback", "com.example.app:callback", "https://a.example/ b",
    "https://a.example/\\b",
    "https://a.example/\u{7f}", "https://例え.example/", "https://a.example:x/", "https://a.example:0/", "https://a.example:99999/",
    "https://a.example:+80/", "https://a.example:080/",
    "HTTPS://a.example/", "https://[::1/", "https://a.example/\"", "https://a.example/<",
  ])
  func refuses(_ uri: String) {
    #expect(!RedirectURI.isRegistrable(uri))
  }

  @Test func comparesExactly() {
    let registered = ["https://a.example/cb", "http://localhost:3000/cb"]
    #expect(RedirectURI.matches("https://a.example/cb", anyOf: registered))
    for other in [
      "https://a.example/cb/", "https://a.example/cb?x=1", "https://a.example/CB", "https://A.example/cb", "https://a.example:443/cb",
      "https://a.example/cb/../x", "https://a.example.evil.example/cb", "http://localhost:3001/cb", "http://localhost/cb",
      "https://a.example/%63b",
    ] {
      #expect(!RedirectURI.matches(other, anyOf: registered), "\(other)")
    }
  }

  /// RFC 8252, section 7.3.
  @Test func aLoopbackAddressMayDifferInItsPortAlone() {
    let registered = ["http://127.0.0.1/cb", "http://[::1]:1234/cb?x=1"]
    for same in ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", "http://[::1]:9/cb?x=1", "http://[::1]/cb?x=1"] {
      #expect(RedirectURI.matches(same, anyOf: registered), "\(same)")
    }
    for other in [
      "http://127.0.0.1:51004/other", "http://127.0.0.2:1/cb", "http://localhost:1/cb", "https://127.0.0.1:1/cb",
      "http://127.0.0.1:1@evil.example/cb",
      "http://127.0.0.1:1/cb#x", "http://127.0.0.1:/cb", "http://127.0.0.1:1:2/cb", "http://[::1]:9/cb", "http://127.0.0.1:70000/cb",
      "http://127.0.0.1:+80/cb", "http://127.0.0.1:080/cb",
    ] {
      #expect(!RedirectURI.matches(other, anyOf: registered), "\(other)")
    }
  }
}
