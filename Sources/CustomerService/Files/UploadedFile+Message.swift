import CustomerServiceAPI
import Protobuf

extension CSAv1.UploadedFile {
  /// What the document shows of an upload (6.1).
  init(_ file: FileRecord, downloadURL: String) {
    self.init()
    id = file.id
    filename = file.filename
    fileSize = file.size
    contentType = file.contentType
    tag = file.tag
    ossKey = file.key
    self.downloadURL = downloadURL
    createdAt = GoogleProtobuf.Timestamp(microseconds: file.createdAt)
  }
}

extension CSAv1.ProjectFile {
  /// What the document shows of a project's file (model ProjectFile).
  init(_ file: FileRecord) {
    self.init()
    id = file.id
    projectID = file.projectID ?? ""
    filename = file.filename
    fileSize = file.size
    contentType = file.contentType
    tag = file.tag
    ossKey = file.key
    createdAt = GoogleProtobuf.Timestamp(microseconds: file.createdAt)
    updatedAt = file.updatedAt.map { GoogleProtobuf.Timestamp(microseconds: $0) }
  }
}
