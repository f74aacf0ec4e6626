import CoWritingAPI
import Protobuf

extension CoWritingV1.Version {
  init(_ version: DocumentVersion) throws {
    self.init()
    id = version.id
    documentID = version.documentID
    versionNumber = version.number
    content = version.content
    changesSummary = try JSONObject.object(version.changesSummary)
    createdBy = version.authorID
    createdAt = GoogleProtobuf.Timestamp(microseconds: version.createdAt)
  }
}

extension CoWritingV1.VersionItem {
  init(_ listed: ListedVersion) throws {
    self.init()
    let version = listed.version
    id = version.id
    documentID = version.documentID
    versionNumber = version.number
    content = version.content
    changesSummary = try JSONObject.object(version.changesSummary)
    createdBy = version.authorID
    createdByName = listed.authorName
    createdAt = GoogleProtobuf.Timestamp(microseconds: version.createdAt)
  }
}
