import ApplicationSupport
import CustomerServiceAPI

extension CSAv1.UserInfo {
  /// The claims about a user that `scope` opens (OpenID Connect Core 1.0, sections 5.1 and 5.4).
  ///
  /// - Parameter verifiedPhone: The number that the user has shown to be theirs; nil for none.
  init(_ user: User, scope: OAuthScope, verifiedPhone: String?) {
    self.init()
    sub = user.id
    if scope.contains("profile") {
      name = user.fullName
      picture = user.avatarURL?.nilIfEmpty
      updatedAt = (user.updatedAt ?? user.createdAt) / 1_000_000
    }
    if scope.contains("email") {
      email = user.email
      emailVerified = !user.hasMadeUpAddress
    }
    if scope.contains("phone") {
      phoneNumber = verifiedPhone ?? user.phoneNumber
      if phoneNumber != nil { phoneNumberVerified = verifiedPhone != nil }
    }
  }
}

extension User {
  /// Whether nobody has ever received mail at the account's address: made up of a telephone number (chapter 1.2.2), or for the first administrator.
  fileprivate var hasMadeUpAddress: Bool {
    guard email != "admin@localhost" else { return true }
    guard email.hasSuffix("@" + PhoneAccounts.madeUpDomain) else { return false }
    let local = email.hasPrefix("user") ? email.dropFirst(4) : email[...]
    return local.utf8.prefix(11).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
