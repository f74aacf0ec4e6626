import Blobs
import Platform
import Storage

/// Where files come in: one way for uploads and for what administrators put into projects.
///
/// A crash at any moment leaves nothing but a row of `csa_pending_blobs`, which stands there before the first byte is written, and from
/// which housekeeping knows what to delete.
struct FileReceiver: Sendable {
  let database: Database
  let blobs: any BlobStore
  let types: FileTypes
  let time: any TimeSource
  let slots = UploadSlots()

  /// For how long nobody else may delete an object that is being written; extended while bytes come.
  static let lease: Int64 = 300 * 1_000_000
  /// Until when at most a file must be there whole.
  static let durationMax: Duration = .seconds(3600)
  /// Where the type of a file comes from.
  enum TypeSource: Sendable {
    /// Its name and its contents must agree on one of the supported types (6.1).
    case nameAndContents
    /// Somebody who is believed.
    case said(String)
  }

  /// To be asked with each message of a stream: one that brings no bytes would otherwise hold its slot for ever.
  ///
  /// - Throws: `uploadTooSlow`.
  func requireTime(since start: MonotonicInstant) throws(CustomerServiceError) {
    guard time.monotonic < start + Self.durationMax else { throw .uploadTooSlow }
  }

  /// A file whose bytes are about to come. After an error its `abort` must be called.
  ///
  /// - Throws: `fileTypeUnsupported` for a name that no content would do for.
  func begin(_ name: FileName, key: BlobKey, type: TypeSource) throws(CustomerServiceError) -> IncomingFile {
    if case .nameAndContents = type, !FileTypes.isSupported(name: name.text) { throw .fileTypeUnsupported }
    return IncomingFile(receiver: self, name: name, key: key, type: type)
  }
}
