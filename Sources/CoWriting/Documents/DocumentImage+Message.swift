import CoWritingAPI
import Protobuf

extension CoWritingV1.DocumentImage {
  init(_ image: DocumentImage) {
    self.init()
    id = image.id
    documentID = image.documentID
    fileName = image.fileName
    fileSize = image.size
    width = Int32(clamping: image.width)
    height = Int32(clamping: image.height)
    markdown = image.markdown
    createdAt = GoogleProtobuf.Timestamp(microseconds: image.createdAt)
  }
}
