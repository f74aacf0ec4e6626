import CustomerServiceAPI
import Protobuf

extension CSAv1.SubmitContactResponse {
  /// What the document shows to whoever sent it.
  init(_ contact: Contact) {
    self.init()
    id = contact.id
    name = contact.name
    email = contact.email
    message = contact.message
    isProcessed = contact.isProcessed
    adminNotes = contact.adminNotes
    createdAt = GoogleProtobuf.Timestamp(microseconds: contact.createdAt)
  }
}

extension CSAAdminV1.Contact {
  /// The document's whole model.
  init(_ contact: Contact) {
    self.init()
    id = contact.id
    name = contact.name
    email = contact.email
    message = contact.message
    isProcessed = contact.isProcessed
    adminNotes = contact.adminNotes
    createdAt = GoogleProtobuf.Timestamp(microseconds: contact.createdAt)
    updatedAt = contact.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}
