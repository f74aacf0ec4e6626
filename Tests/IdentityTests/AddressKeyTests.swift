import Testing

@testable import Identity

@Suite struct AddressKeyTests {
  @Test func oneNetworkOfIPv6IsOneKey() {
    #expect(AddressKey.of("2001:db8::1") == AddressKey.of("2001:db8:0:0:ffff::2"))
    #expect(AddressKey.of("2001:db8::1") != AddressKey.of("2001:db8:0:1::1"))
  }

  @Test(arguments: ["127.0.0.1", "10.0.0.255", "unix", "not:an:address"])
  func anythingElseIsItsOwnKey(_ address: String) {
    #expect(AddressKey.of(address) == address)
  }
}
