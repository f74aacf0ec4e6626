import Synchronization

/// How many uploads go on at once: each holds a connection, a part of the disk's rate and up to a few megabytes of memory.
package final class UploadSlots: Sendable {
  package static let processMax = 64
  package static let userMax = 8

  package enum Full: Error, Equatable {
    /// The user's own are too many.
    case ofUser
    /// Everybody's are.
    case ofAll
  }

  private struct Taken {
    var total = 0
    var byUser: [String: Int] = [:]
  }

  private let taken = Mutex(Taken())

  package init() {}

  /// To be given back by `leave`.
  ///
  /// - Throws: `Full`.
  package func enter(_ userID: String) throws(Full) {
    try taken.withLock { taken throws(Full) in
      guard taken.byUser[userID, default: 0] < Self.userMax else { throw Full.ofUser }
      guard taken.total < Self.processMax else { throw Full.ofAll }
      taken.total += 1
      taken.byUser[userID, default: 0] += 1
    }
  }

  package func leave(_ userID: String) {
    taken.withLock { taken in
      guard let count = taken.byUser[userID] else { return }
      taken.total -= 1
      taken.byUser[userID] = count > 1 ? count - 1 : nil
    }
  }
}
