import Blobs
import Foundation
import Glibc

/// A directory of its own, gone afterwards.
enum TestDirectory {
  static func with<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = FileManager.default.temporaryDirectory.appending(path: "weft-blobs-\(UInt64.random(in: 0...UInt64.max))").path()
    guard mkdir(path, 0o700) == 0 else { throw BlobError.failed("cannot make \(path)") }
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  static func withStore<Value>(_ body: (DirectoryBlobStore, String) async throws -> Value) async throws -> Value {
    try await with { path in
      let store = try DirectoryBlobStore(directory: path)
      do {
        let value = try await body(store, path)
        await store.close()
        return value
      } catch {
        await store.close()
        throw error
      }
    }
  }

  /// The paths of all files below, in order.
  static func files(_ path: String) -> [String] {
    guard let found = FileManager.default.enumerator(atPath: path) else { return [] }
    return found.compactMap { $0 as? String }.filter { name in
      var status = stat()
      return lstat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }.sorted()
  }

  static func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }
}

extension BlobStore {
  /// Writes an object in pieces.
  func put(_ key: BlobKey, _ bytes: [UInt8], pieceBytes: Int = 10_000, contentType: String = "text/plain") async throws(BlobError)
    -> BlobSummary
  {
    let writer = try await create(key, contentType: contentType)
    var start = 0
    while start < bytes.count {
      try await writer.write(Array(bytes[start..<min(start + pieceBytes, bytes.count)]))
      start += pieceBytes
    }
    return try await writer.finish()
  }

  /// Reads an object whole.
  func get(_ key: BlobKey, range: Range<Int64>? = nil) async throws(BlobError) -> [UInt8] {
    let reader = try await open(key, range: range)
    var bytes: [UInt8] = []
    while let piece = try await reader.next() { bytes += piece }
    return bytes
  }
}

/// Bytes that repeat after a length that fits no block.
func sampleBytes(_ count: Int) -> [UInt8] {
  var state: UInt32 = 12_345
  let block = (0..<min(count, 8191)).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  while bytes.count < count { bytes += block.prefix(count - bytes.count) }
  return bytes
}
