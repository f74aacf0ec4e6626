import CustomerServiceAPI
import Identity
import Protobuf

extension CSAv1.Passkey {
  /// What the document shows of a passkey in its owner's list.
  init(_ passkey: Passkey) {
    self.init()
    id = passkey.id
    credentialID = Base64URL.encode(passkey.credentialID)
    nickname = passkey.nickname
    isPrimary = passkey.isPrimary
    signCount = passkey.signCount
    lastUsedAt = passkey.lastUsedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    createdAt = GoogleProtobuf.Timestamp(microseconds: passkey.createdAt)
  }
}

extension CSAv1.PasskeySummary {
  /// What the document shows of a passkey after it was made or changed.
  init(_ passkey: Passkey) {
    self.init()
    id = passkey.id
    credentialID = Base64URL.encode(passkey.credentialID)
    nickname = passkey.nickname
    isPrimary = passkey.isPrimary
    createdAt = GoogleProtobuf.Timestamp(microseconds: passkey.createdAt)
  }
}

extension CSAv1.PasskeyDescriptor {
  /// A passkey as browsers take it.
  init(credentialID: [UInt8]) {
    self.init()
    type = "public-key"
    id = Base64URL.encode(credentialID)
  }
}

extension CSAv1.PasskeyUser {
  /// What the document shows of whoever signed in by a passkey.
  init(_ user: User) {
    self.init()
    id = user.id
    email = user.email
    role = user.role
    isActive = user.isActive
  }
}
