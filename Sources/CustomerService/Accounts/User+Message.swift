import CustomerServiceAPI
import Protobuf

extension CSAv1.User {
  /// What the document shows of an account: never its password's hash.
  init(_ user: User) {
    self.init()
    id = user.id
    email = user.email
    role = user.role
    isActive = user.isActive
    createdAt = GoogleProtobuf.Timestamp(microseconds: user.createdAt)
    updatedAt = user.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    fullName = user.fullName
    phoneNumber = user.phoneNumber
    avatarURL = user.avatarURL
    bio = user.bio
  }
}
