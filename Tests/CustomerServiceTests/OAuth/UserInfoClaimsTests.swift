import CustomerServiceAPI
import Testing

@testable import CustomerService

@Suite struct UserInfoClaimsTests {
  @Test func theScopeOpensTheClaims() {
    var user = User.sample(email: "a@example.com", createdAt: 5_000_000)
    user.fullName = "张三"
    user.phoneNumber = "13900139000"
    let least = CSAv1.UserInfo(user, scope: OAuthScope(["openid"]), verifiedPhone: nil)
    #expect(least.sub == user.id && least.name == nil && least.email == nil && least.phoneNumber == nil && least.updatedAt == nil)
    let all = CSAv1.UserInfo(user, scope: OAuthScope(OAuthScope.ofUsers), verifiedPhone: "13800138000")
    #expect(all.name == "张三" && all.picture == nil && all.updatedAt == 5)
    #expect(all.email == "a@example.com" && all.emailVerified == true)
    #expect(all.phoneNumber == "13800138000" && all.phoneNumberVerified == true)
    let unverified = CSAv1.UserInfo(user, scope: OAuthScope(["phone"]), verifiedPhone: nil)
    #expect(unverified.phoneNumber == "13900139000" && unverified.phoneNumberVerified == false)
  }

  @Test(arguments: [
    ("a@example.com", true), ("li@dreamreflex.com", true), ("13800138000@dreamreflex.com", false),
    ("user13800138000@dreamreflex.com", false), ("user13800138000-ab12@dreamreflex.com", false), ("admin@localhost", false),
  ])
  func anAddressThatWasMadeUpIsNotVerified(_ email: String, _ isVerified: Bool) {
    #expect(CSAv1.UserInfo(.sample(email: email), scope: OAuthScope(["email"]), verifiedPhone: nil).emailVerified == isVerified)
  }
}
