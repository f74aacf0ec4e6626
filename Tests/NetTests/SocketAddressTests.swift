import Testing

@testable import Net

@Suite struct SocketAddressTests {
  @Test(arguments: ["127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:8000", "[2001:db8::7]:443", "[::]:1"])
  func printsWhatItParsed(_ text: String) throws {
    #expect(try SocketAddress(text).description == text)
  }

  @Test(arguments: [
    "", "80", "localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1]", ":80", "1.2.3:4",
    "[127.0.0.1:80",
  ])
  func refusesWhatIsNoNumericAddress(_ text: String) {
    #expect(throws: NetError.self) { try SocketAddress(text) }
  }

  @Test func knowsLoopbackAndWildcard() throws {
    for text in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] { #expect(try SocketAddress(text).isLoopback) }
    for text in ["10.0.0.1:1", "[2001:db8::1]:1", "0.0.0.0:1"] { #expect(try !SocketAddress(text).isLoopback) }
    for text in ["0.0.0.0:1", "[::]:1"] { #expect(try SocketAddress(text).isWildcard) }
  }

  @Test func aMappedAddressBecomesIPv4() throws {
    #expect(try SocketAddress("[::ffff:10.1.2.3]:5").unmapped == SocketAddress("10.1.2.3:5"))
    #expect(try SocketAddress("[::1]:5").unmapped == SocketAddress("[::1]:5"))
  }

  @Test func splitsNamesAndPorts() throws {
    let (host, port) = try SocketAddress.split("example.org:443")
    #expect(host == "example.org" && port == 443)
  }

  @Test func resolvesTheLocalHost() async throws {
    let found = try await SocketAddress.resolve(host: "localhost", port: 7)
    #expect(found.contains { $0.isLoopback && $0.port == 7 })
  }

  @Test func aNameThatCannotExistIsUnresolvable() async {
    await #expect(throws: NetError.self) { try await SocketAddress.resolve(host: "no-such-host.invalid", port: 7) }
  }
}
