import Storage

/// All SQL about the files that come with messages of tickets.
enum TicketAttachmentStore {
  /// Hangs files onto a message.
  ///
  /// - Parameters:
  ///   - ids: Of uploads of `userID`'s, each once.
  ///   - messageID: The ticket's own id for the question.
  /// - Returns: The files.
  /// - Throws: `attachmentNotFound` if one of them is not there or somebody else's.
  static func attach(
    _ ids: [String], of userID: String, to messageID: String, ticketID: String, _ transaction: Transaction
  ) throws -> [FileRecord] {
    let files = try FileStore.files(ids: ids, ownedBy: userID, transaction)
    guard files.count == ids.count else { throw CustomerServiceError.attachmentNotFound }
    for (place, file) in files.enumerated() {
      try transaction.execute(
        """
        INSERT INTO csa_ticket_attachments (message_id, place, ticket_id, file_id) VALUES ($message_id, $place, $ticket_id, $file_id)
        """,
        ["message_id": .text(messageID), "place": .integer(place), "ticket_id": .text(ticketID), "file_id": .text(file.id)])
    }
    return files
  }

  /// The files of a message, in their order.
  static func files(of messageID: String, _ transaction: ReadTransaction) throws -> [FileRecord] {
    let ids = try transaction.query(
      "SELECT file_id FROM csa_ticket_attachments WHERE message_id = $message_id ORDER BY place", ["message_id": .text(messageID)]
    ) { try $0.text(0) }
    return try ids.compactMap { try FileStore.file($0, transaction) }
  }
}
