import ApplicationSupport
import CoWritingAPI
import Protobuf
import RPC
import Storage

/// Texts while they are written.
extension GenerationService {
  func watchGeneration(
    _ request: CoWritingV1.WatchGenerationRequest, _ responses: ResponseStream<CoWritingV1.GenerationEvent>, _ call: ServerCall
  ) async throws {
    try await follow(request.generationID, from: GenerationPlace(attempt: request.attempt, position: request.from), call) { news in
      guard let news else { return }
      try await responses.write(CoWritingV1.GenerationEvent(news))
    }
  }

  /// GET /api/v1/ai/generations/{generation_id}/stream
  func streamGeneration(
    _ request: CoWritingV1.StreamGenerationRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    guard let place = GenerationPlace(eventID: request.lastEventID) else {
      throw CoWritingError.invalid(field: "last_event_id", "Last-Event-ID无效")
    }
    let events = ServerSentEvents(responses, call)
    if place.isEnd { return try await events.refuseReconnection() }
    try await follow(request.generationID, from: place, call) { news in
      guard let news else { return try await events.sendComment() }
      if news.isAnew { try await events.send("restart", id: GenerationPlace(attempt: news.place.attempt, position: 0).eventID, [:]) }
      if !news.text.isEmpty { try await events.send("text", id: news.place.eventID, ["text": .stringValue(news.text)]) }
      guard news.status != .processing else {
        // Says that the answer has begun where there is nothing else to say yet.
        if !news.isAnew, news.text.isEmpty { try await events.sendComment() }
        return
      }
      let message: [String: GoogleProtobuf.Value.Kind] = news.errorMessage.map { ["error_message": .stringValue($0)] } ?? [:]
      try await events.send(news.status.rawValue, id: news.place.endID, message)
    }
  }

  /// What is new of a text since a place in it.
  struct News: Equatable, Sendable {
    /// Behind `text`.
    var place: GenerationPlace
    /// There is more already: a watcher holds a passage at a time, however long the text is and however slowly it reads.
    var hasMore = false
    /// The text of another attempt came before: this one begins anew.
    var isAnew = false
    var text = ""
    var status: JobStatus
    var errorMessage: String?

    /// The same in messages that none is large of, although a text may be megabytes; only the last one says how the text ended.
    func parts() -> [News] {
      var parts: [News] = []
      var rest = text[...]
      var position = place.position - Int64(text.utf8.count)
      var part = self
      while rest.utf8.count > Self.partBytesMax {
        let piece = rest.prefix(utf8: Self.partBytesMax)
        rest = rest[piece.endIndex...]
        position += Int64(piece.utf8.count)
        (part.text, part.place.position, part.status, part.errorMessage) = (String(piece), position, .processing, nil)
        parts.append(part)
        part.isAnew = false
      }
      (part.text, part.place, part.status, part.errorMessage) = (String(rest), place, status, errorMessage)
      parts.append(part)
      return parts
    }

    private static let partBytesMax = 16 << 10
  }

  /// Tells `tell` what is new until the text has ended; nil when there has been nothing for a while.
  private func follow(
    _ id: Int64, from start: GenerationPlace, _ call: ServerCall, _ tell: (News?) async throws -> Void
  ) async throws {
    let owners = try call.owners()
    var place = start
    var isFirst = true
    try await progress.watch(.generation(id), call) { isDue in
      while true {
        let news = try await database.read(for: call) { [place] in try Self.news(of: id, owners, since: place, $0) }
        if isFirst || news.status != .processing || !news.text.isEmpty || news.isAnew {
          for part in news.parts() { try await tell(part) }
        } else if isDue {
          try await tell(nil)
        }
        isFirst = false
        place = news.place
        if !news.hasMore { return news.status == .processing }
      }
    }
  }

  static func news(of id: Int64, _ owners: ListOwners, since place: GenerationPlace, _ transaction: ReadTransaction) throws -> News {
    guard let (status, attempt, errorMessage, bytesCount) = try GenerationStore.standing(id, of: owners, transaction) else {
      throw CoWritingError.notFound(.generation)
    }
    let isAnew = place.attempt != 0 && place.attempt != attempt
    var news = News(place: GenerationPlace(attempt: attempt, position: isAnew ? 0 : place.position), isAnew: isAnew, status: .processing)
    if status == .processing {
      let count = GenerationStore.passageBytesMax / GenerationStore.pieceBytesMax
      let pieces = try GenerationStore.pieces(of: id, from: news.place.position, max: count, transaction)
      for piece in pieces {
        let end = piece.position + Int64(piece.text.utf8.count)
        guard end > news.place.position else { continue }
        news.text += String(decoding: piece.text.utf8.dropFirst(Int(max(0, news.place.position - piece.position))), as: UTF8.self)
        news.place.position = end
      }
      news.hasMore = pieces.count == count
      return news
    }
    if news.place.position < bytesCount {
      var bytes = try GenerationStore.passage(of: id, from: news.place.position, transaction)[...]
      news.hasMore = news.place.position + Int64(bytes.count) < bytesCount
      if news.hasMore { bytes = bytes.withoutBrokenEnd }
      news.text = String(decoding: bytes, as: UTF8.self)
      news.place.position += Int64(bytes.count)
    }
    if !news.hasMore { (news.status, news.errorMessage) = (status, errorMessage) }
    return news
  }
}

/// A place in a text that is being written: what is before it has been read.
struct GenerationPlace: Equatable, Sendable {
  /// Of which attempt; 0 for whichever there is.
  var attempt: Int64
  /// Bytes of UTF-8.
  var position: Int64
  /// Whether the text has ended there.
  var isEnd = false

  init(attempt: Int64, position: Int64) {
    self.attempt = attempt
    self.position = position
  }

  /// - Parameter eventID: Such as `1-2048`, or `1-2048-end`; empty for the beginning. Nil for what is none.
  init?(eventID: String) {
    self.init(attempt: 0, position: 0)
    if eventID.isEmpty { return }
    let parts = eventID.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 && parts[2] == "end", let attempt = Int64(parts[0]), attempt >= 0,
      let position = Int64(parts[1]), position >= 0
    else { return nil }
    self.attempt = attempt
    self.position = position
    isEnd = parts.count == 3
  }

  var eventID: String { "\(attempt)-\(position)" }
  var endID: String { eventID + "-end" }
}

extension Substring {
  /// The longest beginning of no more than `count` bytes that ends between two characters of Unicode.
  ///
  /// - Parameter count: At least 4.
  func prefix(utf8 count: Int) -> Substring {
    guard var end = utf8.index(startIndex, offsetBy: count, limitedBy: endIndex), end < endIndex else { return self }
    while utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
    return self[..<end]
  }
}

extension ArraySlice<UInt8> {
  /// Without the bytes of a last character that does not end here; UTF-8 from its beginning on.
  fileprivate var withoutBrokenEnd: ArraySlice<UInt8> {
    guard let start = suffix(4).lastIndex(where: { $0 & 0xc0 != 0x80 }) else { return self }
    let length =
      switch self[start] {
      case 0xf0...: 4
      case 0xe0...: 3
      case 0xc0...: 2
      default: 1
      }
    return start + length > endIndex ? self[..<start] : self
  }
}
