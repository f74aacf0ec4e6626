import CustomerServiceAPI
import Protobuf

extension CSAv1.BusinessAccount {
  /// What the document shows of a business account.
  init(_ account: BusinessAccount) {
    self.init()
    id = account.id
    ownerEmail = account.ownerEmail
    status = account.status.rawValue
    assignedEmail = account.assignedEmail
    userCode = account.userCode
    companyName = account.companyName
    taxNumber = account.taxNumber
    certificationInfo = account.certificationInfo
    communicationAddress = account.communicationAddress
    contactPersonName = account.contactPersonName
    contactPhone = account.contactPhone
    createdAt = GoogleProtobuf.Timestamp(microseconds: account.createdAt)
    updatedAt = account.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}
