import Testing

@testable import Identity

@Suite struct PasskeyKeysTests {
  @Test func aKeyIsLoadedOnceAndKeysAreBounded() throws {
    let keys = PasskeyKeys(countMax: 4)
    let publicKeys = (0..<20).map { _ in SoftAuthenticator(.edDSA).coseKey }
    let first = try keys.key(publicKeys[0])
    #expect(try keys.key(publicKeys[0]) === first)
    for publicKey in publicKeys { _ = try keys.key(publicKey) }
    #expect(keys.count <= 8)
    #expect(try keys.key(publicKeys[0]) !== first)
  }

  @Test func whoComesAgainStays() throws {
    let keys = PasskeyKeys(countMax: 4)
    let regular = SoftAuthenticator(.edDSA).coseKey
    let key = try keys.key(regular)
    for _ in 0..<20 {
      _ = try keys.key(SoftAuthenticator(.edDSA).coseKey)
      #expect(try keys.key(regular) === key)
    }
  }

  @Test func whatIsNoKeyIsNotKept() {
    let keys = PasskeyKeys()
    #expect(throws: PasskeyFailure.malformedKey("no CBOR")) { try keys.key([]) }
    #expect(keys.count == 0)
  }

  @Test(
    arguments: [
      ("-_-_", [0xfb, 0xff, 0xbf]), ("+/+/", [0xfb, 0xff, 0xbf]), ("AA", [0]), ("AA==", [0]), ("AAA=", [0, 0]), ("", []), ("A", nil),
      ("AB", nil),
      ("AA===", nil), ("é", nil),
    ] as [(String, [UInt8]?)])
  func base64InAnyForm(text: String, bytes: [UInt8]?) {
    #expect(Base64URL.decode(anyForm: text) == bytes)
  }
}
