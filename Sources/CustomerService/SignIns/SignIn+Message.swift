import CustomerServiceAPI
import Protobuf

extension CSAv1.SignIn {
  /// - Parameter tokenID: Of the call that asks.
  init(_ signIn: SignIn, askedWith tokenID: String) {
    self.init()
    id = signIn.id
    means = signIn.means
    createdAt = GoogleProtobuf.Timestamp(microseconds: signIn.createdAt)
    expiresAt = GoogleProtobuf.Timestamp(microseconds: signIn.expiresAt)
    address = signIn.address
    userAgent = signIn.userAgent
    isCurrent = signIn.tokenID == tokenID
  }
}
