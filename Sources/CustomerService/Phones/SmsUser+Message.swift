import CustomerServiceAPI

extension CSAv1.SmsUser {
  /// What a sign-in by text message shows of an account.
  init(_ user: User) {
    self.init()
    id = user.id
    email = user.email
    role = user.role
    isActive = user.isActive
    fullName = user.fullName
    phoneNumber = user.phoneNumber
    avatarURL = user.avatarURL
    bio = user.bio
  }
}
