import CustomerServiceAPI
import Protobuf

extension CSAv1.TicketMessage {
  /// - Parameter links: Make a link, fresh, for each of its files.
  init(_ message: TicketMessage, links: FileLinks) throws {
    self.init()
    id = message.id
    ticketID = message.ticketID
    authorEmail = message.authorEmail
    fromStaff = message.isFromStaff
    content = message.content
    createdAt = GoogleProtobuf.Timestamp(microseconds: message.createdAt)
    attachments = try message.attachments.map { file in
      let url = try links.url(for: file).url
      return .with {
        $0.fileID = file.id
        $0.filename = file.filename
        $0.fileSize = file.size
        $0.contentType = file.contentType
        $0.downloadURL = url
      }
    }
  }
}
