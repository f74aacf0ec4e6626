import ApplicationSupport
import Blobs
import CoWritingAPI
import Protobuf
import RPC
import Storage

/// Images that a document's text shows. The document says nothing of them: docs/decisions.md.
extension DocumentService {
  /// POST /api/v1/documents/{document_id}/images
  func uploadImage(_ requests: RequestStream<CoWritingV1.UploadImageRequest>, _ call: ServerCall) async throws -> CoWritingV1.DocumentImage
  {
    let owners = try call.owners()
    let author = try call.callerID()
    let caller = try call.caller().id
    try images.receiver.enter(caller)
    defer { images.receiver.leave(caller) }
    let began = time.monotonic
    var documentID: Int64?
    var image: IncomingImage?
    do {
      for try await request in requests {
        try images.receiver.requireTime(since: began)
        let id = documentID ?? request.documentID
        documentID = id
        if !request.fileName.isEmpty {
          guard image == nil else { throw CoWritingError.invalid(field: "file", "文件名只能提供一次") }
          image = try images.begin(request.fileName)
          // Before anything is written, and again in the transaction at the end.
          try await database.read(for: call) { transaction in
            let document = try Self.readable(id, owners, transaction)
            try Self.requireRoom(for: 0, in: document.id, transaction)
          }
        }
        if !request.data.isEmpty {
          guard let image else { throw CoWritingError.invalid(field: "file", "file 不能为空") }
          try await image.append(request.data)
        }
      }
      guard let image, let documentID else { throw CoWritingError.invalid(field: "file", "file 不能为空") }
      let made = DocumentImage(
        documentID: documentID, authorID: author, fileName: "", contentType: "", key: "", size: 0, sha256: [], width: 0, height: 0,
        createdAt: time.wallMicroseconds)
      return CoWritingV1.DocumentImage(
        try await image.finish(made) { image, transaction in
          _ = try Self.readable(image.documentID, owners, transaction)
          try Self.requireRoom(for: image.size, in: image.documentID, transaction)
        })
    } catch {
      await image?.abort()
      throw error
    }
  }

  /// GET /api/v1/documents/{document_id}/images
  func listImages(_ request: CoWritingV1.ListImagesRequest, _ call: ServerCall) async throws -> CoWritingV1.ListImagesResponse {
    let owners = try call.owners()
    let query = ListQuery(request)
    let (total, items) = try await database.read(for: call) { transaction in
      let document = try Self.readable(request.documentID, owners, transaction)
      return try DocumentImageStore.page(query, of: document.id, transaction)
    }
    return CoWritingV1.ListImagesResponse(items.map { CoWritingV1.DocumentImage($0) }, total: total, query.page)
  }

  /// GET /api/v1/documents/{document_id}/images/{image_id}
  func getImage(
    _ request: CoWritingV1.GetImageRequest, _ responses: ResponseStream<GoogleAPI.HttpBody>, _ call: ServerCall
  ) async throws {
    let owners = try call.owners()
    let image = try await database.read(for: call) { transaction in
      let document = try Self.readable(request.documentID, owners, transaction)
      return try DocumentImageStore.image(request.imageID, of: document.id, transaction)
    }
    guard let image, let key = BlobKey(image.key) else { throw CoWritingError.notFound(.image) }
    var file = FileDownload(
      key: key, filename: image.fileName, contentType: image.contentType, size: image.size, sha256: image.sha256, secondsLeft: 0)
    file.isShown = true
    do {
      try await file.send(
        from: images.blobs, .init(range: request.range, ifRange: request.ifRange, ifNoneMatch: request.ifNoneMatch), call, responses)
    } catch BlobError.notFound {
      call.logger.error("an image is not in the blob store", metadata: ["image": "\(image.id)", "key": "\(key)"])
      throw CoWritingError.notFound(.image)
    }
  }

  /// DELETE /api/v1/documents/{document_id}/images/{image_id}
  func deleteImage(_ request: CoWritingV1.DeleteImageRequest, _ call: ServerCall) async throws -> GoogleProtobuf.Empty {
    let owners = try call.owners()
    try await database.write(for: call) { transaction in
      let document = try Self.readable(request.documentID, owners, transaction)
      guard try DocumentImageStore.delete(request.imageID, of: document.id, transaction) else { throw CoWritingError.notFound(.image) }
    }
    return GoogleProtobuf.Empty()
  }

  /// - Throws: `tooManyImages`, `imagesTooLarge`.
  private static func requireRoom(for bytes: Int64, in documentID: Int64, _ transaction: ReadTransaction) throws {
    let kept = try DocumentImageStore.sums(of: documentID, transaction)
    guard kept.images < DocumentImage.Quota.images else { throw CoWritingError.tooManyImages }
    guard kept.bytes + bytes <= DocumentImage.Quota.bytes else { throw CoWritingError.imagesTooLarge }
  }
}
