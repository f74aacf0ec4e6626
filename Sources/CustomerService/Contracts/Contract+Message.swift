import CustomerServiceAPI
import Protobuf

extension CSAv1.Contract {
  /// What the document shows of a contract.
  init(_ contract: Contract) {
    self.init()
    id = contract.id
    ownerEmail = contract.ownerEmail
    title = contract.title
    contentMarkdown = contract.contentMarkdown
    isSigned = contract.isSigned
    createdAt = GoogleProtobuf.Timestamp(microseconds: contract.createdAt)
    updatedAt = contract.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}
