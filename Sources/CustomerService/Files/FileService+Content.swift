import Blobs
import CustomerServiceAPI
import Protobuf
import RPC
import Storage

extension FileService {
  /// GET /api/files/{file_id}/content
  func getFileContent(
    _ request: CSAv1.GetFileContentRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    let secondsLeft = try links.secondsLeft(fileID: request.fileID, expires: request.expires, signature: request.signature)
    guard let file = try await database.read(for: call, { try FileStore.file(request.fileID, $0) }), let key = BlobKey(file.key) else {
      throw CustomerServiceError.fileNotFound
    }
    let tag = EntityTag(sha256: file.sha256)
    if !request.ifNoneMatch.isEmpty, tag.isAmong(request.ifNoneMatch) {
      call.setHTTPStatus(304)
      call.setValidator(tag, secondsLeft: secondsLeft)
      return try await responses.write(.with { $0.contentType = file.contentType })
    }
    var range: Range<Int64>?
    switch ByteRange(tag.allowsRange(request.ifRange) ? request.range : "", size: file.size) {
    case .whole: break
    case .part(let part): range = part
    case .unsatisfiable: throw CustomerServiceError.rangeNotSatisfiable(size: file.size)
    }
    let reader = try await open(key, range, of: file, call)
    defer { reader.cancel() }
    call.setValidator(tag, secondsLeft: secondsLeft)
    call.setContentHeaders(of: file, range)
    try await Self.send(reader, contentType: file.contentType, bytes: range.map { Int64($0.count) } ?? file.size, responses)
  }

  private func open(_ key: BlobKey, _ range: Range<Int64>?, of file: FileRecord, _ call: ServerCall) async throws -> any BlobReader {
    do {
      let reader = try await answering { try await blobs.open(key, range: range) }
      guard reader.size == file.size else { throw BlobError.failed("\(key) has \(reader.size) bytes instead of \(file.size)") }
      return reader
    } catch BlobError.notFound {
      call.logger.error("a file's contents are not in the blob store", metadata: ["file": "\(file.id)", "key": "\(key)"])
      throw CustomerServiceError.fileNotFound
    }
  }

  /// Sends what the reader has, which must be as much as was announced.
  private static func send(
    _ reader: any BlobReader, contentType: String, bytes: Int64, _ responses: ResponseStream<GoogleAPI.HttpBody>
  ) async throws {
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

extension ServerCall {
  /// - Parameter secondsLeft: For how long the link holds, and so what it gave may be kept.
  fileprivate func setValidator(_ tag: EntityTag, secondsLeft: Int64) {
    setHTTPHeader("etag", tag.text)
    setHTTPHeader("cache-control", "private, max-age=\(secondsLeft)")
  }

  /// Headers of a file's contents, whole or in part: they are saved, never shown or run in the place they come from.
  fileprivate func setContentHeaders(of file: FileRecord, _ range: Range<Int64>?) {
    if let range {
      setHTTPStatus(206)
      setHTTPHeader("content-range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)")
    }
    setHTTPHeader("content-length", "\(range.map { Int64($0.count) } ?? file.size)")
    setHTTPHeader("accept-ranges", "bytes")
    setHTTPHeader("content-disposition", ContentDisposition.attachment(file.filename))
    setHTTPHeader("x-content-type-options", "nosniff")
    setHTTPHeader("content-security-policy", "sandbox; default-src 'none'")
    // Whoever has the link may have the file, so a page of another origin may too.
    setHTTPHeader("cross-origin-resource-policy", "cross-origin")
  }
}
