package import Blobs
package import Platform
import RPC
package import Storage

/// Where files come into the blob store: one way for everything that clients send.
///
/// A crash at any moment leaves nothing but a row of `PendingBlobLines`, which stands there before the first byte is written, and from
/// which housekeeping knows what to delete.
package struct BlobReceiver: Sendable {
  package let database: Database
  package let blobs: any BlobStore
  package let time: any TimeSource
  let lines: any PendingBlobLines.Type
  /// What one file may have.
  let bytesMax: Int64
  let refusals: Refusals
  private let slots = UploadSlots()

  /// For how long nobody else may delete an object that is being written; extended while bytes come.
  package static let lease: Int64 = 300 * 1_000_000
  /// Until when at most a file must be there whole.
  package static let durationMax: Duration = .seconds(3600)

  /// What an application says.
  package struct Refusals: Sendable {
    package var tooLarge: any Error
    package var tooSlow: any Error
    /// The user's own are too many at once.
    package var tooMany: any Error

    package init(tooLarge: any Error, tooSlow: any Error, tooMany: any Error) {
      self.tooLarge = tooLarge
      self.tooSlow = tooSlow
      self.tooMany = tooMany
    }
  }

  package init(
    database: Database, blobs: any BlobStore, time: any TimeSource, lines: any PendingBlobLines.Type, bytesMax: Int64, refusals: Refusals
  ) {
    self.database = database
    self.blobs = blobs
    self.time = time
    self.lines = lines
    self.bytesMax = bytesMax
    self.refusals = refusals
  }

  /// Takes a place among the files that come in at once, to be given back by `leave`.
  ///
  /// - Throws: `Refusals.tooMany` where the user's own are too many, SERVER_BUSY where everybody's are.
  package func enter(_ userID: String) throws {
    do throws(UploadSlots.Full) {
      try slots.enter(userID)
    } catch {
      switch error {
      case .ofUser: throw refusals.tooMany
      case .ofAll: throw RPCError.serverBusy(retryAfter: .seconds(5))
      }
    }
  }

  package func leave(_ userID: String) { slots.leave(userID) }

  /// To be asked with each message of a stream: one that brings no bytes would otherwise go on for ever.
  ///
  /// - Throws: `Refusals.tooSlow`.
  package func requireTime(since start: MonotonicInstant) throws {
    guard time.monotonic < start + Self.durationMax else { throw refusals.tooSlow }
  }

  /// An object whose bytes are about to come. After an error its `abort` must be called.
  ///
  /// - Parameters:
  ///   - headBytes: So many bytes, or all of a shorter file, are there before anything is written.
  ///   - decide: Gives the content type for them, or refuses them.
  package func begin(
    _ key: BlobKey, headBytes: Int, decide: @escaping @Sendable ([UInt8]) async throws -> String
  ) -> IncomingBlob {
    IncomingBlob(self, key, headBytes: headBytes, decide: decide)
  }
}
