import Identity
import Testing

@testable import CustomerService

@Suite struct KnownPasskeysTests {
  /// RFC 8032, section 7.1, test 1, as COSE_Key.
  private static let publicKey: [UInt8] =
    [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32]
    + [
      0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
      0x23,
      0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ]

  private static func passkey(_ id: String) throws -> KnownPasskey {
    KnownPasskey(id: id, userID: "u", isBackupEligible: false, key: try PasskeyKey(publicKey: publicKey))
  }

  @Test func whatIsRememberedIsKnownUntilForgotten() throws {
    let known = KnownPasskeys()
    #expect(known.passkey(credentialID: [1]) == nil)
    known.remember(try Self.passkey("a"), credentialID: [1])
    #expect(known.passkey(credentialID: [1])?.id == "a")
    known.remember(try Self.passkey("b"), credentialID: [1])
    #expect(known.passkey(credentialID: [1])?.id == "b")
    known.forget(credentialID: [1])
    #expect(known.passkey(credentialID: [1]) == nil && known.count == 0)
  }

  @Test func thereAreNeverMoreThanTwoTablesHold() throws {
    let known = KnownPasskeys(countMax: 4)
    for number in 0..<50 as Range<UInt8> {
      known.remember(try Self.passkey("\(number)"), credentialID: [number])
      #expect(known.count <= 8)
    }
    #expect(known.passkey(credentialID: [0]) == nil && known.passkey(credentialID: [49]) != nil)
  }

  @Test func whoComesAgainStays() throws {
    let known = KnownPasskeys(countMax: 4)
    known.remember(try Self.passkey("regular"), credentialID: [255])
    for number in 0..<50 as Range<UInt8> {
      known.remember(try Self.passkey("\(number)"), credentialID: [number])
      #expect(known.passkey(credentialID: [255])?.id == "regular")
    }
  }

  @Test func aForgottenOneIsGoneFromTheOlderTableToo() throws {
    let known = KnownPasskeys(countMax: 2)
    for number in 0..<3 as Range<UInt8> { known.remember(try Self.passkey("\(number)"), credentialID: [number]) }
    known.forget(credentialID: [0])
    #expect(known.passkey(credentialID: [0]) == nil)
  }
}
