internal import CLinux
internal import Glibc
internal import Identity

/// A file that is being written, under its name until it is whole. Everything here blocks and runs on the store's threads.
final class PartFile: @unchecked Sendable {  // used by one piece of its writer's work after another, never by two
  /// So much is handed to the disk at once, while more comes in: the sync at the end then finds little left to do.
  private static let writebackBytes: Int64 = 2 << 20

  private let place: DirectoryTree.Place
  private let file: DirectoryTree.Descriptor
  private let hash = IncrementalSHA256()
  private var size: Int64 = 0
  private var handedOver: Int64 = 0

  init(_ place: DirectoryTree.Place) throws(BlobError) {
    // A finished object is refused before its bytes are sent; `finish` makes sure.
    if faccessat(place.directory.number, place.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 { throw .alreadyExists }
    let number = openat(place.directory.number, place.partName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw DirectoryTree.error("cannot make a file") }
    self.place = place
    file = DirectoryTree.Descriptor(number)
  }

  func append(_ bytes: [UInt8]) throws(BlobError) {
    hash.update(bytes)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(file.number, $0.baseAddress.map { $0 + written }, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw DirectoryTree.error("cannot write a file") }
      written += count
    }
    size += Int64(bytes.count)
    guard size - handedOver >= Self.writebackBytes else { return }
    // Only a hint: what goes wrong with it shows in the sync.
    weft_start_writeback(file.number, Int(handedOver), Int(size - handedOver))
    handedOver = size
  }

  /// Makes the file durable under its own name.
  func finish() throws(BlobError) -> BlobSummary {
    guard fsync(file.number) == 0 else { throw DirectoryTree.error("cannot sync a file") }
    try DirectoryTree.give(place)
    guard fsync(place.directory.number) == 0 else {
      let error = DirectoryTree.error("cannot sync a directory")
      unlinkat(place.directory.number, place.name, 0)
      throw error
    }
    return BlobSummary(size: size, sha256: hash.finish())
  }

  /// Removes the file, which has not been finished.
  func remove() {
    // Its writer may be held a while yet: the space is given back now.
    ftruncate(file.number, 0)
    unlinkat(place.directory.number, place.partName, 0)
  }
}
