package import Blobs
package import Protobuf
package import RPC

/// A file of the blob store on its way to whoever may have it: whole, in part, or only that it has not changed.
///
/// Source: RFC 9110, sections 8.8.3, 13 and 14; RFC 6266.
package struct FileDownload: Sendable {
  package var key: BlobKey
  /// As it is saved.
  package var filename: String
  package var contentType: String
  /// Bytes.
  package var size: Int64
  /// 32 bytes.
  package var sha256: [UInt8]
  /// For how many seconds it may be kept.
  package var secondsLeft: Int64
  /// Whether it may be shown in place: only what runs nothing.
  package var isShown = false

  package init(key: BlobKey, filename: String, contentType: String, size: Int64, sha256: [UInt8], secondsLeft: Int64) {
    self.key = key
    self.filename = filename
    self.contentType = contentType
    self.size = size
    self.sha256 = sha256
    self.secondsLeft = secondsLeft
  }

  /// The headers of a request that a download heeds; empty where there is none.
  package struct Conditions: Sendable {
    package var range: String
    package var ifRange: String
    package var ifNoneMatch: String

    package init(range: String, ifRange: String, ifNoneMatch: String) {
      self.range = range
      self.ifRange = ifRange
      self.ifNoneMatch = ifNoneMatch
    }
  }

  /// Answers the call with it.
  ///
  /// - Throws: `BlobError.notFound` if the object is not there; the REST status 416 for a range beyond the end.
  package func send(
    from blobs: any BlobStore, _ conditions: Conditions, _ call: ServerCall, _ responses: ResponseStream<GoogleAPI.HttpBody>
  ) async throws {
    let tag = EntityTag(sha256: sha256)
    if !conditions.ifNoneMatch.isEmpty, tag.isAmong(conditions.ifNoneMatch) {
      call.setHTTPStatus(304)
      call.setValidator(tag, secondsLeft: secondsLeft)
      return try await responses.write(.with { $0.contentType = contentType })
    }
    var range: Range<Int64>?
    switch ByteRange(tag.allowsRange(conditions.ifRange) ? conditions.range : "", size: size) {
    case .whole: break
    case .part(let part): range = part
    case .unsatisfiable: throw RPCError.rangeNotSatisfiable(size: size)
    }
    let reader = try await answering { try await blobs.open(key, range: range) }
    defer { reader.cancel() }
    guard reader.size == size else { throw BlobError.failed("\(key) has \(reader.size) bytes instead of \(size)") }
    call.setValidator(tag, secondsLeft: secondsLeft)
    call.setContentHeaders(of: self, range)
    try await send(reader, bytes: range.map { Int64($0.count) } ?? size, responses)
  }

  /// Sends what the reader has, which must be as much as was announced.
  private func send(_ reader: any BlobReader, bytes: Int64, _ responses: ResponseStream<GoogleAPI.HttpBody>) async throws {
    var message = GoogleAPI.HttpBody()
    message.contentType = contentType
    // The head leaves with the first message, and an empty file has no piece.
    if bytes == 0 { return try await responses.write(message) }
    while let piece = try await answering({ try await reader.next() }) {
      message.data = piece
      try await responses.write(message)
      message.contentType = ""
    }
  }
}

extension RPCError {
  /// A range beyond the end: 416 over REST.
  fileprivate static func rangeNotSatisfiable(size: Int64) -> RPCError {
    var metadata = Metadata()
    metadata.add("weft-http-status", "416")
    metadata.add("weft-http-header-content-range", "bytes */\(size)")
    return RPCError(.outOfRange, "请求的范围无法满足", reason: "RANGE_NOT_SATISFIABLE", domain: "weft", metadata: metadata)
  }
}

extension ServerCall {
  /// - Parameter secondsLeft: For how long what it gave may be kept.
  fileprivate func setValidator(_ tag: EntityTag, secondsLeft: Int64) {
    setHTTPHeader("etag", tag.text)
    setHTTPHeader("cache-control", "private, max-age=\(secondsLeft)")
  }

  /// Headers of a file's contents, whole or in part: they are saved, or shown without anything being run in the place they come from.
  fileprivate func setContentHeaders(of file: FileDownload, _ range: Range<Int64>?) {
    if let range {
      setHTTPStatus(206)
      setHTTPHeader("content-range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)")
    }
    setHTTPHeader("content-length", "\(range.map { Int64($0.count) } ?? file.size)")
    setHTTPHeader("accept-ranges", "bytes")
    let disposition = file.isShown ? ContentDisposition.inline(file.filename) : ContentDisposition.attachment(file.filename)
    setHTTPHeader("content-disposition", disposition)
    setHTTPHeader("x-content-type-options", "nosniff")
    setHTTPHeader("content-security-policy", "sandbox; default-src 'none'")
    // Whoever has the link may have the file, so a page of another origin may too.
    setHTTPHeader("cross-origin-resource-policy", "cross-origin")
  }
}
