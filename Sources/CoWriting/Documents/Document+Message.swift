import CoWritingAPI
import Protobuf

extension CoWritingV1.Document {
  init(_ document: Document, content: String) throws {
    self.init()
    id = document.id
    title = document.title
    self.content = content
    format = document.format
    status = document.status
    projectID = document.projectID
    metadata = try JSONObject.object(document.metadata)
    createdAt = GoogleProtobuf.Timestamp(microseconds: document.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: document.updatedAt)
    etag = DocumentTag.text(document.revision)
  }
}

extension CoWritingV1.GetDocumentResponse {
  init(_ listed: ListedDocument, content: String) throws {
    self.init()
    let document = listed.document
    id = document.id
    title = document.title
    self.content = content
    format = document.format
    status = document.status
    projectID = document.projectID
    projectName = listed.projectName
    metadata = try JSONObject.object(document.metadata)
    createdAt = GoogleProtobuf.Timestamp(microseconds: document.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: document.updatedAt)
    versionsCount = document.versionsCount
    aiGenerationsCount = listed.generationsCount
    exportsCount = listed.exportsCount
    etag = DocumentTag.text(document.revision)
  }
}

extension CoWritingV1.DocumentItem {
  init(_ listed: ListedDocument) {
    self.init()
    let document = listed.document
    id = document.id
    title = document.title
    projectID = document.projectID
    projectName = listed.projectName
    format = document.format
    status = document.status
    createdAt = GoogleProtobuf.Timestamp(microseconds: document.createdAt)
    updatedAt = GoogleProtobuf.Timestamp(microseconds: document.updatedAt)
    versionsCount = document.versionsCount
    aiGenerationsCount = listed.generationsCount
    exportsCount = listed.exportsCount
  }
}
