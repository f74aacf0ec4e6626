import Testing

@testable import Outbound

@Suite struct IPAddressTests {
  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "223.255.255.255", "2606:4700::1111", "2001:4860::8888", "::ffff:8.8.8.8",
    "64:ff9b::808:808",
  ])
  func isPublic(text: String) throws {
    #expect(try #require(IPAddress(text)).isPublic)
  }

  @Test(arguments: [
    "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fdff::1", "ff02::1", "2001:db8::1", "2001::1", "2001:10::1", "2002:7f00:1::", "3fff::1",
    "100::1", "::127.0.0.1",
  ])
  func isNotPublic(text: String) throws {
    #expect(try !#require(IPAddress(text)).isPublic)
  }

  @Test(arguments: ["", "1.1.1", "1.1.1.256", "localhost", ":::", "1.1.1.1 "])
  func isNoAddress(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func loopbackHasManyForms() throws {
    for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] { #expect(try #require(IPAddress(text)).isLoopback) }
    for text in ["128.0.0.1", "::2", "::ffff:128.0.0.1", "0.0.0.0"] { #expect(try !#require(IPAddress(text)).isLoopback) }
  }
}
