import CustomerServiceAPI
import Identity
import Protobuf

extension CSAv1.ApplicationKey {
  /// - Parameter lastUsedAt: The last use that anybody knows of, microseconds since 1970.
  init(_ record: ApplicationKeyRecord, lastUsedAt: Int64?) {
    self.init()
    id = record.id
    userID = record.userID
    key = ApplicationKey.masked(ending: record.ending)
    isActive = record.isActive
    self.lastUsedAt = lastUsedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
    createdAt = GoogleProtobuf.Timestamp(microseconds: record.createdAt)
    updatedAt = record.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}

extension CSAv1.ChangedApplicationKey {
  /// - Parameter key: The key itself where it was just made; nil: masked.
  init(_ record: ApplicationKeyRecord, key: ApplicationKey? = nil) {
    self.init()
    id = record.id
    self.key = key?.text ?? ApplicationKey.masked(ending: record.ending)
    isActive = record.isActive
    createdAt = GoogleProtobuf.Timestamp(microseconds: record.createdAt)
  }
}
