import CoWritingAPI
import Protobuf

extension CoWritingV1.ContactItem {
  init(_ contact: Contact) {
    self.init()
    id = contact.id
    companyID = contact.companyID
    name = contact.name
    position = contact.position
    phone = contact.phone
    email = contact.email
    department = contact.department
    isPrimary = contact.isPrimary
    isActive = contact.isActive
    createdAt = GoogleProtobuf.Timestamp(microseconds: contact.createdAt)
  }
}

extension CoWritingV1.Contact {
  init(_ contact: Contact) {
    self.init()
    id = contact.id
    companyID = contact.companyID
    name = contact.name
    position = contact.position
    phone = contact.phone
    email = contact.email
    department = contact.department
    isPrimary = contact.isPrimary
    isActive = contact.isActive
    notes = contact.notes
    createdAt = GoogleProtobuf.Timestamp(microseconds: contact.createdAt)
  }
}
