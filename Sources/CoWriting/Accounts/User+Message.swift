import CoWritingAPI
import Protobuf

extension CoWritingV1.LoginUser {
  init(_ user: User) {
    self.init()
    id = user.id
    username = user.username
    fullName = user.fullName
    avatarURL = user.avatarURL
    role = user.role
    createdAt = GoogleProtobuf.Timestamp(microseconds: user.createdAt)
  }
}

extension CoWritingV1.RegisterResponse {
  init(_ user: User) {
    self.init()
    id = user.id
    username = user.username
    email = user.email
    fullName = user.fullName
    phone = user.phone
    role = user.role
    isActive = user.isActive
    isVerified = user.isVerified
    createdAt = GoogleProtobuf.Timestamp(microseconds: user.createdAt)
  }
}

extension CoWritingV1.CurrentUser {
  init(_ user: User) {
    self.init()
    id = user.id
    username = user.username
    email = user.email
    fullName = user.fullName
    phone = user.phone
    avatarURL = user.avatarURL
    role = user.role
    isActive = user.isActive
    isVerified = user.isVerified
    createdAt = GoogleProtobuf.Timestamp(microseconds: user.createdAt)
    lastLoginAt = user.lastLoginAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}
