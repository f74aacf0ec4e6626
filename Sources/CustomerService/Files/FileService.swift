import ApplicationSupport
import Blobs
import CustomerServiceAPI
import Platform
import Protobuf
import RPC
import Storage

/// Uploads and their contents (chapter 6 of the document).
struct FileService: CSAv1.FileServiceServer {
  let database: Database
  let blobs: any BlobStore
  let time: any TimeSource
  let ids: UUIDGenerator
  let receiver: FileReceiver
  let links: FileLinks

  /// POST /api/upload
  func uploadFile(_ requests: RequestStream<CSAv1.UploadFileRequest>, _ call: ServerCall) async throws -> CSAv1.UploadedFile {
    let caller = try call.caller()
    try receiver.enter(caller.id)
    defer { receiver.leave(caller.id) }
    let (now, began) = (time.wallMicroseconds, time.monotonic)
    let id = ids.next()
    var tag: String?
    var file: IncomingFile?
    do {
      for try await request in requests {
        try receiver.requireTime(since: began)
        tag = request.tag ?? tag
        if !request.filename.isEmpty {
          guard file == nil else { throw CustomerServiceError.secondFileName }
          let name = try FileReceiver.name(request.filename)
          let end = name.keyExtension.map { "." + $0 } ?? ""
          file = try receiver.begin(name, key: BlobKey(in: "uploads", id + end, at: now), type: .nameAndContents)
        }
        if !request.data.isEmpty {
          guard let file else { throw CustomerServiceError.missingFile }
          try await file.append(request.data)
        }
      }
      guard let file else { throw CustomerServiceError.missingFile }
      let record = try await file.finish(
        FileRecord(
          id: id, userID: caller.id, filename: "", size: 0, contentType: "", tag: tag?.nilIfEmpty, key: "", sha256: [],
          createdAt: now))
      return CSAv1.UploadedFile(record, downloadURL: try links.url(for: record).url)
    } catch {
      await file?.abort()
      throw error
    }
  }

  /// POST /api/files/{file_id}/download-url
  func createFileDownloadUrl(
    _ request: CSAv1.CreateFileDownloadUrlRequest, _ call: ServerCall
  ) async throws -> CSAv1.CreateFileDownloadUrlResponse {
    let caller = try call.caller()
    let file = try await database.read(for: call) { try FileStore.file(request.fileID, $0) }
    // What lies in a project has chapter 5.4's address.
    guard let file, file.projectID == nil else { throw CustomerServiceError.fileNotFound }
    guard file.userID == caller.id else { throw CustomerServiceError.foreignFile }
    let link = try links.url(for: file)
    return .with {
      $0.downloadURL = link.url
      $0.expiresIn = link.expiresIn
    }
  }
}
