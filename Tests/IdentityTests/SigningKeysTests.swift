import Platform
import Testing

@testable import Identity

@Suite struct SigningKeysTests {
  static func secret(_ letter: Character) throws -> SigningSecret { try SigningSecret(String(repeating: letter, count: 32)) }

  struct Fixture {
    let time = ManualTime()
    let keys: SigningKeys
    let signer: AccessTokenSigner

    init(previous: [SigningKeys.Previous] = []) throws {
      keys = SigningKeys(current: try secret("a"), previous: previous)
      signer = Fixture.signer(keys, time)
    }

    static func signer(_ keys: SigningKeys, _ time: ManualTime) -> AccessTokenSigner {
      AccessTokenSigner(issuer: "weft", audience: "csa", keys: keys, time: time, random: SystemRandom())
    }

    /// What another program with one of the secrets would make.
    func token(by letter: Character, lifetime: Duration = .seconds(1800)) throws -> String {
      Fixture.signer(SigningKeys(current: try secret(letter)), time).issue(subject: "u1", role: "user", epoch: 0, lifetime: lifetime).text
    }
  }

  @Test func afterARotationBothSecretsVerifyAndTheNewOneSigns() throws {
    let fixture = try Fixture()
    let old = fixture.signer.issue(subject: "u1", role: "user", epoch: 0).text
    fixture.keys.rotate(to: try Self.secret("b"), acceptedUntil: fixture.time.wallSeconds + 1800)
    let new = fixture.signer.issue(subject: "u1", role: "user", epoch: 0).text
    #expect(try fixture.signer.verify(old).subject == "u1")
    #expect(try fixture.signer.verify(new).subject == "u1")
    let onlyNew = Fixture.signer(SigningKeys(current: try Self.secret("b")), fixture.time)
    #expect(try onlyNew.verify(new).subject == "u1")
    #expect(throws: TokenError.signature) { try onlyNew.verify(old) }
  }

  @Test func aForgottenSecretVerifiesNothingThoughItsTokensAreRememberedAndSayTheyLive() throws {
    let fixture = try Fixture()
    // Whoever stole the old secret can write any expiry.
    let forged = try fixture.token(by: "a", lifetime: .seconds(1_000_000))
    fixture.keys.rotate(to: try Self.secret("b"), acceptedUntil: fixture.time.wallSeconds + 1800)
    #expect(try fixture.signer.verify(forged).subject == "u1")
    fixture.time.advance(by: .seconds(1799))
    #expect(try fixture.signer.verify(forged).subject == "u1")
    #expect(fixture.keys.count(at: fixture.time.wallSeconds) == 2)
    fixture.time.advance(by: .seconds(1))
    #expect(throws: TokenError.signature) { try fixture.signer.verify(forged) }
    #expect(fixture.keys.count(at: fixture.time.wallSeconds) == 1)
  }

  @Test func aRotationAtOnceForgetsEveryOlderSecret() throws {
    let fixture = try Fixture()
    let first = try fixture.token(by: "a")
    fixture.keys.rotate(to: try Self.secret("b"), acceptedUntil: fixture.time.wallSeconds + 1800)
    let second = try fixture.token(by: "b")
    #expect(try fixture.signer.verify(first).subject == "u1")
    #expect(try fixture.signer.verify(second).subject == "u1")
    fixture.keys.rotate(to: try Self.secret("c"), acceptedUntil: nil)
    #expect(throws: TokenError.signature) { try fixture.signer.verify(first) }
    #expect(throws: TokenError.signature) { try fixture.signer.verify(second) }
    #expect(try fixture.signer.verify(try fixture.token(by: "c")).subject == "u1")
  }

  @Test func aSecretOfTheSettingsIsTakenAsLongAsTheyNameIt() throws {
    let fixture = try Fixture(previous: [.init(secret: try Self.secret("z"), acceptedUntil: nil)])
    fixture.time.advance(by: .seconds(1_000_000))
    #expect(try fixture.signer.verify(try fixture.token(by: "z")).subject == "u1")
    #expect(throws: TokenError.signature) { try fixture.signer.verify(try fixture.token(by: "y")) }
  }
}
