import CoWritingAPI
import Protobuf

extension CoWritingV1.GetExportResponse {
  init(_ named: NamedExport, links: ExportService.Addresses) {
    self.init()
    let export = named.export
    id = export.id
    documentID = export.documentID
    documentTitle = export.title
    userID = export.userID
    userName = named.userName
    format = export.format
    status = export.status.rawValue
    fileURL = links.file
    fileName = export.fileName
    fileSize = export.fileSize
    downloadURL = links.download
    createdAt = GoogleProtobuf.Timestamp(microseconds: export.createdAt)
    errorMessage = export.errorMessage
  }
}

extension CoWritingV1.ExportItem {
  init(_ named: NamedExport) {
    self.init()
    let export = named.export
    id = export.id
    documentID = export.documentID
    documentTitle = export.title
    userID = export.userID
    userName = named.userName
    format = export.format
    status = export.status.rawValue
    fileName = export.fileName
    fileSize = export.fileSize
    createdAt = GoogleProtobuf.Timestamp(microseconds: export.createdAt)
    errorMessage = export.errorMessage
  }
}
