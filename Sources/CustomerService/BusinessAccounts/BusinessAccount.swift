/// A business account as it is stored, together with its owner's address.
struct BusinessAccount: Equatable, Sendable {
  /// 24 lower-case hex digits.
  var id: String
  var ownerID: String
  var ownerEmail: String
  var status: Status
  /// What an administrator gave it when it was activated; kept while it is disabled.
  var assignedEmail: String?
  var userCode: String?
  var companyName: String?
  var taxNumber: String?
  var certificationInfo: String?
  var communicationAddress: String?
  var contactPersonName: String?
  var contactPhone: String?
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64?

  enum Status: String, Sendable {
    case pending, active, disabled
  }

  /// The fields of 3.3 that their owner may change, by the names of the proto.
  ///
  /// - Returns: Whether it is one of them.
  mutating func set(_ field: String, to value: String?) -> Bool {
    switch field {
    case "company_name": companyName = value
    case "tax_number": taxNumber = value
    case "certification_info": certificationInfo = value
    case "communication_address": communicationAddress = value
    case "contact_person_name": contactPersonName = value
    case "contact_phone": contactPhone = value
    default: return false
    }
    return true
  }

  /// A foreign business account may not be read, not even by an administrator over REST.
  func require(owner callerID: String) throws(CustomerServiceError) {
    guard ownerID == callerID else { throw .foreignBusinessAccount }
  }
}
