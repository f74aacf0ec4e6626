import Blobs
import Jobs
import Logging
import Typesetting

extension BlobError {
  /// As a job throws it: what may be over soon has the job begun again.
  var forJob: any Error {
    switch self {
    case .unavailable, .timeout, .overloaded: JobRetry(self)
    default: self
    }
  }
}

/// The images of a document, read from the blob store for its export.
enum ExportImages {
  /// Reads what the document's text names, in the order in which it does, before the text is set: the thread that sets it waits for nothing.
  ///
  /// What is not there, or beyond what one document may show, is left out; the text shows its alternative.
  ///
  /// - Parameters:
  ///   - images: Of the text's document, in the order in which the text names them.
  ///   - check: Called between images; what it throws ends the reading.
  /// - Throws: `JobRetry` where the store is out of order for now.
  static func read(
    _ images: [DocumentImage], from blobs: any BlobStore, _ logger: Logger, check: () throws(JobStop) -> Void
  ) async throws -> ImageSource {
    var read: [String: Image] = [:]
    var (bytes, pixels): (Int64, Int64) = (0, 0)
    for image in images {
      try check()
      bytes += image.size
      pixels += image.width * image.height
      guard bytes <= ImageSource.bytesMax, pixels <= ImageSource.pixelsMax else { break }
      guard let key = BlobKey(image.key) else { continue }
      do {
        read[image.address] = Image(try await contents(of: key, size: image.size, blobs))
      } catch BlobError.notFound {
        // Deleted since the text was read, or lost.
        logger.warning("an image of an export is not in the blob store", metadata: ["image": "\(image.id)", "key": "\(key)"])
      } catch let error as BlobError {
        throw error.forJob
      }
    }
    let found = read
    return ImageSource { found[$0] }
  }

  /// - Parameter size: What there must be, and the most that is held.
  private static func contents(of key: BlobKey, size: Int64, _ blobs: any BlobStore) async throws -> [UInt8] {
    let reader = try await blobs.open(key, range: nil)
    defer { reader.cancel() }
    guard reader.size == size else { throw BlobError.failed("\(key) has \(reader.size) bytes instead of \(size)") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(size))
    while let piece = try await reader.next() { bytes += piece }
    return bytes
  }
}
