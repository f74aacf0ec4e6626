import ApplicationSupport
import Blobs
import Platform
import Storage

/// Where files come in: one way for uploads and for what administrators put into projects.
struct FileReceiver: Sendable {
  let types: FileTypes
  private let blobs: BlobReceiver

  /// Where the type of a file comes from.
  enum TypeSource: Sendable {
    /// Its name and its contents must agree on one of the supported types (6.1).
    case nameAndContents
    /// Somebody who is believed.
    case said(String)
  }

  init(database: Database, blobs: any BlobStore, types: FileTypes, time: any TimeSource) {
    self.types = types
    self.blobs = BlobReceiver(
      database: database, blobs: blobs, time: time, lines: PendingBlobStore.self, bytesMax: FileRecord.sizeMax,
      refusals: .init(
        tooLarge: CustomerServiceError.fileTooLarge, tooSlow: CustomerServiceError.uploadTooSlow,
        tooMany: CustomerServiceError.tooManyUploads))
  }

  /// Takes a place among the uploads that go on at once, to be given back by `leave`.
  ///
  /// - Throws: `tooManyUploads` where the user's own are too many, SERVER_BUSY where everybody's are.
  func enter(_ userID: String) throws { try blobs.enter(userID) }

  func leave(_ userID: String) { blobs.leave(userID) }

  /// To be asked with each message of a stream: one that brings no bytes would otherwise hold its slot for ever.
  ///
  /// - Throws: `uploadTooSlow`.
  func requireTime(since start: MonotonicInstant) throws { try blobs.requireTime(since: start) }

  /// A file's name.
  ///
  /// - Throws: `invalidFileName`.
  static func name(_ said: String) throws(CustomerServiceError) -> FileName {
    do throws(FileNameProblem) { return try FileName(said) } catch { throw .invalidFileName(error) }
  }

  /// A file whose bytes are about to come. After an error its `abort` must be called.
  ///
  /// - Throws: `fileTypeUnsupported` for a name that no content would do for.
  func begin(_ name: FileName, key: BlobKey, type: TypeSource) throws(CustomerServiceError) -> IncomingFile {
    if case .nameAndContents = type, !FileTypes.isSupported(name: name.text) { throw .fileTypeUnsupported }
    let blob = blobs.begin(key, headBytes: FileTypes.headBytes) { [types] head in
      switch type {
      case .said(let said): return said
      case .nameAndContents:
        let decided = try await answering { try await types.decide(name: name.text, head: head) }
        guard let decided else { throw CustomerServiceError.fileTypeUnsupported }
        return decided.contentType
      }
    }
    return IncomingFile(name: name, blob: blob)
  }
}
