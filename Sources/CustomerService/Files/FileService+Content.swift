import ApplicationSupport
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
    let download = FileDownload(
      key: key, filename: file.filename, contentType: file.contentType, size: file.size, sha256: file.sha256, secondsLeft: secondsLeft)
    do {
      try await download.send(
        from: blobs, .init(range: request.range, ifRange: request.ifRange, ifNoneMatch: request.ifNoneMatch), call, responses)
    } catch BlobError.notFound {
      call.logger.error("a file's contents are not in the blob store", metadata: ["file": "\(file.id)", "key": "\(key)"])
      throw CustomerServiceError.fileNotFound
    }
  }
}
