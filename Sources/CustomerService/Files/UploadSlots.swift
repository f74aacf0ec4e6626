import Synchronization

/// How many uploads go on at once: each holds a connection, a part of the disk's rate and up to a few megabytes of memory.
final class UploadSlots: Sendable {
  static let processMax = 64
  static let userMax = 8

  private struct Taken {
    var total = 0
    var byUser: [String: Int] = [:]
  }

  private let taken = Mutex(Taken())

  /// To be given back by `leave`.
  ///
  /// - Throws: `tooManyUploads` where the user's own are too many, SERVER_BUSY where everybody's are.
  func enter(_ userID: String) throws {
    try taken.withLock { taken in
      guard taken.byUser[userID, default: 0] < Self.userMax else { throw CustomerServiceError.tooManyUploads }
      guard taken.total < Self.processMax else { throw CustomerServiceError.uploadsFull }
      taken.total += 1
      taken.byUser[userID, default: 0] += 1
    }
  }

  func leave(_ userID: String) {
    taken.withLock { taken in
      guard let count = taken.byUser[userID] else { return }
      taken.total -= 1
      taken.byUser[userID] = count > 1 ? count - 1 : nil
    }
  }
}
