import Net
import Testing

@testable import Gateway

struct ClientAddressTests {
  @Test(
    arguments: [
      // Nobody is trusted: the header is a claim of the client's.
      ([], "192.0.2.9", "203.0.113.1", "192.0.2.9"),
      (["10.0.0.1"], "192.0.2.9", "203.0.113.1", "192.0.2.9"),
      (["10.0.0.1"], "10.0.0.1", nil, "10.0.0.1"),
      (["10.0.0.1"], "10.0.0.1", "203.0.113.1", "203.0.113.1"),
      // The client sent a header of its own; the proxy appended the truth.
      (["10.0.0.1"], "10.0.0.1", "1.2.3.4, 203.0.113.1", "203.0.113.1"),
      (["10.0.0.1", "10.0.0.2"], "10.0.0.1", "1.2.3.4, 203.0.113.1 ,10.0.0.2", "203.0.113.1"),
      (["10.0.0.1"], "10.0.0.1", "203.0.113.1:4711", "203.0.113.1"),
      (["10.0.0.1"], "10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
      (["10.0.0.1"], "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
      (["10.0.0.1"], "10.0.0.1", "2001:DB8:0::1", "2001:db8::1"),
      (["::ffff:10.0.0.1"], "10.0.0.1", "203.0.113.1", "203.0.113.1"),
      // No address at all: the proxy itself is the best that is known.
      (["10.0.0.1"], "10.0.0.1", "unknown", "10.0.0.1"),
      (["10.0.0.1"], "10.0.0.1", "", "10.0.0.1"),
    ] as [([String], String, String?, String)])
  func comesFromTheHeaderOnlyBehindTrustedProxies(trusted: [String], peer: String, forwardedFor: String?, expected: String) throws {
    let address = ClientAddress(trustedProxies: trusted)
    #expect(address.resolve(peer: try SocketAddress(host: peer, port: 4000), forwardedFor: forwardedFor) == expected)
  }
}
