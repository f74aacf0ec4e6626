import Platform
import Testing

@testable import Identity

@Suite struct TokenValidityTests {
  let time = ManualTime()

  func claims(_ subject: String = "u1", epoch: Int64 = 0, tokenID: String = "t1") -> AccessClaims {
    AccessClaims(
      issuer: "i", audience: "a", subject: subject, role: "user", tokenID: tokenID, epoch: epoch, issuedAt: 0, expiresAt: 0)
  }

  @Test func whoIsNotInTheTableIsAsTheTokenSays() {
    #expect(TokenValidity(time: time).verdict(claims()) == .valid(role: "user"))
  }

  @Test func aRaisedEpochEndsEveryOlderToken() {
    let validity = TokenValidity(time: time)
    validity.set(.init(epoch: 2), for: "u1")
    #expect(validity.verdict(claims(epoch: 1)) == .outdated)
    #expect(validity.verdict(claims(epoch: 2)) == .valid(role: "user"))
    #expect(validity.verdict(claims("u2", epoch: 0)) == .valid(role: "user"))
  }

  @Test func whoEndedTheOthersGoesOn() {
    let validity = TokenValidity(time: time)
    validity.set(.init(epoch: 2, sparedTokenID: "t1"), for: "u1")
    #expect(validity.verdict(claims(epoch: 1, tokenID: "t1")) == .valid(role: "user"))
    #expect(validity.verdict(claims(epoch: 1, tokenID: "t2")) == .outdated)
    validity.set(.init(epoch: 2, isDisabled: true, sparedTokenID: "t1"), for: "u1")
    #expect(validity.verdict(claims(epoch: 1, tokenID: "t1")) == .disabled)
  }

  @Test func aDisabledUserIsToldSoUnlessTheTokenIsOutdatedAnyway() {
    let validity = TokenValidity(time: time)
    validity.set(.init(epoch: 1, isDisabled: true), for: "u1")
    #expect(validity.verdict(claims(epoch: 1)) == .disabled)
    #expect(validity.verdict(claims(epoch: 0)) == .outdated)
    validity.set(.init(epoch: 1), for: "u1")
    #expect(validity.verdict(claims(epoch: 1)) == .valid(role: "user"))
  }

  @Test func theRoleOfTodayCounts() {
    let validity = TokenValidity(time: time)
    validity.set(.init(role: "admin"), for: "u1")
    #expect(validity.verdict(claims()) == .valid(role: "admin"))
  }

  @Test func theDefaultNeedsNoEntry() {
    let validity = TokenValidity(time: time)
    validity.set(.init(isDisabled: true), for: "u1")
    validity.set(.init(), for: "u1")
    #expect(validity.counts.users == 0)
  }

  @Test func aRevokedTokenEndsAndItsUsersOthersDoNot() {
    let validity = TokenValidity(time: time)
    validity.revoke(tokenID: "t1", expiresAt: time.wallSeconds + 60)
    #expect(validity.verdict(claims(tokenID: "t1")) == .revoked)
    #expect(validity.verdict(claims(tokenID: "t2")) == .valid(role: "user"))
  }

  @Test func revokedTokensAreForgottenOnceTheyHaveExpired() {
    let validity = TokenValidity(time: time)
    validity.revoke(tokenID: "old", expiresAt: time.wallSeconds)
    #expect(validity.counts.revoked == 0)
    for index in 0..<1_500 {
      validity.revoke(tokenID: "t\(index)", expiresAt: time.wallSeconds + 10)
      time.advance(by: .seconds(1))
    }
    #expect(validity.counts.revoked <= 1_024)
  }
}
