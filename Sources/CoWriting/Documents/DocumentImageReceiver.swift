import ApplicationSupport
import Blobs
import Platform
import Storage
import Typesetting

/// Where images of documents come in.
struct DocumentImageReceiver: Sendable {
  let receiver: BlobReceiver
  private let ids: UUIDGenerator

  init(database: Database, blobs: any BlobStore, ids: UUIDGenerator, time: any TimeSource) {
    self.ids = ids
    receiver = BlobReceiver(
      database: database, blobs: blobs, time: time, lines: UnwantedBlobStore.self, bytesMax: DocumentImage.bytesMax,
      refusals: .init(tooLarge: CoWritingError.imageTooLarge, tooSlow: CoWritingError.uploadTooSlow, tooMany: CoWritingError.tooManyUploads)
    )
  }

  var blobs: any BlobStore { receiver.blobs }

  /// An image whose bytes are about to come. After an error its `abort` must be called.
  func begin(_ said: String) throws(CoWritingError) -> IncomingImage {
    let name: FileName
    do throws(FileNameProblem) {
      name = try FileName(said)
    } catch {
      throw .invalid(field: "file", error.rawValue)
    }
    return IncomingImage(name, receiver, BlobKey(in: "images", ids.next(), at: receiver.time.wallMicroseconds))
  }
}

/// One image on its way from a client into the blob store; used by the one call it comes with.
final class IncomingImage {
  private let name: FileName
  private let blob: IncomingBlob
  private var scan = ImageScan()

  fileprivate init(_ name: FileName, _ receiver: BlobReceiver, _ key: BlobKey) {
    self.name = name
    // PNG's signature is the longer one.
    blob = receiver.begin(key, headBytes: 8) { head in
      var scan = ImageScan()
      scan.take(head)
      guard let format = scan.format else { throw CoWritingError.unsupportedImage }
      return format.contentType
    }
  }

  /// Takes the next bytes; suspends while the store is behind. What is no image that can be shown is refused as soon as that is seen.
  func append(_ bytes: [UInt8]) async throws {
    scan.take(bytes)
    switch scan.state {
    case .unknown: break
    case .other: throw CoWritingError.unsupportedImage
    case .found(let head): guard head.isWithinLimits else { throw CoWritingError.imageTooManyPixels }
    }
    try await blob.append(bytes)
  }

  /// Ends the image, which is durable when this returns, and puts it into the database.
  ///
  /// - Parameters:
  ///   - image: Made of what is known only now.
  ///   - check: What the transaction looks at first; its error undoes all.
  func finish(
    _ image: DocumentImage, _ check: @escaping @Sendable (DocumentImage, Transaction) throws -> Void
  ) async throws -> DocumentImage {
    guard let head = scan.head else { throw CoWritingError.unsupportedImage }
    return try await blob.finish { [name, key = blob.key] summary, contentType, transaction in
      var image = image
      image.fileName = DocumentImageName.name(name, head.format)
      image.contentType = contentType
      image.key = key.text
      image.size = summary.size
      image.sha256 = summary.sha256
      image.width = Int64(head.width)
      image.height = Int64(head.height)
      try check(image, transaction)
      image.id = try DocumentImageStore.insert(image, transaction)
      return image
    }
  }

  /// Leaves nothing of the image, unless it has become one. What cannot be done now housekeeping does later.
  func abort() async { await blob.abort() }
}
