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

extension CoWritingV1.UpdateUserResponse {
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
    updatedAt = GoogleProtobuf.Timestamp(microseconds: user.updatedAt)
  }
}

extension CoWritingV1.GetUserResponse {
  init(_ counted: CountedUser) {
    self.init()
    let user = counted.user
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
    updatedAt = GoogleProtobuf.Timestamp(microseconds: user.updatedAt)
    lastLoginAt = user.lastLoginAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    projectsCount = counted.projectsCount
    documentsCount = counted.documentsCount
    // `aiGenerationsCount` stays 0 until there are generations.
  }
}

extension CoWritingV1.UserItem {
  init(_ counted: CountedUser) {
    self.init()
    let user = counted.user
    id = user.id
    username = user.username
    email = user.email
    fullName = user.fullName
    role = user.role
    isActive = user.isActive
    isVerified = user.isVerified
    createdAt = GoogleProtobuf.Timestamp(microseconds: user.createdAt)
    lastLoginAt = user.lastLoginAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    projectsCount = counted.projectsCount
    documentsCount = counted.documentsCount
  }
}
