import Blobs
import Identity
import Synchronization

@testable import CustomerService

/// A blob store that can be looked into and made to fail.
final class MemoryBlobs: BlobStore {
  struct State {
    var objects: [BlobKey: [UInt8]] = [:]
    /// Begun and not ended.
    var open: Set<BlobKey> = []
    var failure: BlobError?
    /// Fails writing once so many bytes were taken.
    var bytesMax = Int.max
    var failsToDelete = false
    var failsToFinish = false
    /// What happens while an object is being ended.
    var beforeFinish: (@Sendable () async -> Void)?
  }

  let state = Mutex(State())
  private let downloadBase: String?

  init(downloadBase: String? = nil) { self.downloadBase = downloadBase }

  var keys: [String] { state.withLock { $0.objects.keys.map(\.text) + $0.open.map(\.text) }.sorted() }

  func create(_ key: BlobKey, contentType: String) async throws(BlobError) -> any BlobWriter {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    state.withLock { _ = $0.open.insert(key) }
    return Writer(key, self)
  }

  func open(_ key: BlobKey, range: Range<Int64>?) async throws(BlobError) -> any BlobReader { throw .notFound }

  func size(_ key: BlobKey) async throws(BlobError) -> Int64? { state.withLock { $0.objects[key].map { Int64($0.count) } } }

  func delete(_ key: BlobKey) async throws(BlobError) {
    let fails = state.withLock { state in
      if !state.failsToDelete {
        state.objects[key] = nil
        state.open.remove(key)
      }
      return state.failsToDelete
    }
    if fails { throw .unavailable("no") }
  }

  func downloadURL(
    _ key: BlobKey, contentType: String, contentDisposition: String, lifetime: Duration
  ) throws(BlobError) -> String? {
    downloadBase.map { "\($0)\(key)|\(contentType)|\(contentDisposition)|\(lifetime.components.seconds)" }
  }

  func close() async {}

  final class Writer: BlobWriter {
    private let key: BlobKey
    private let store: MemoryBlobs
    private let bytes = Mutex<[UInt8]>([])

    init(_ key: BlobKey, _ store: MemoryBlobs) {
      self.key = key
      self.store = store
    }

    func write(_ more: [UInt8]) async throws(BlobError) {
      let count = bytes.withLock { bytes in
        bytes += more
        return bytes.count
      }
      if count > store.state.withLock({ $0.bytesMax }) { throw .noSpace }
    }

    func finish() async throws(BlobError) -> BlobSummary {
      await store.state.withLock { $0.beforeFinish }?()
      let whole = bytes.withLock { $0 }
      let fails = store.state.withLock { state in
        state.open.remove(key)
        if !state.failsToFinish { state.objects[key] = whole }
        return state.failsToFinish
      }
      if fails { throw .noSpace }
      return BlobSummary(size: Int64(whole.count), sha256: SHA256.digest(whole))
    }

    func cancel() async { store.state.withLock { _ = $0.open.remove(key) } }
  }
}

extension FileRecord {
  static func sample(
    _ id: String, of userID: String = "00000000000000000000000a", project: String? = nil, filename: String = "a.pdf", tag: String? = nil,
    createdAt: Int64 = 1
  ) -> FileRecord {
    FileRecord(
      id: id, userID: userID, projectID: project, filename: filename, size: 19, contentType: "application/pdf", tag: tag,
      key: "uploads/\(id).pdf", sha256: Array(repeating: 7, count: 32), createdAt: createdAt)
  }
}
