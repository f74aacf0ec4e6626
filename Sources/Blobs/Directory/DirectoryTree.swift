internal import CLinux
internal import Glibc

/// The files below one directory, found by keys. Everything here blocks and runs on the store's threads.
///
/// Each segment is opened below the one before it, and no symbolic link is followed: whoever can write into the tree still
/// cannot lead a key out of it.
final class DirectoryTree: Sendable {
  /// An open file or directory, closed when nobody holds it any more.
  final class Descriptor: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
  }

  /// A directory and the name of a file in it.
  struct Place: Sendable {
    let directory: Descriptor
    let name: String
    /// What a file is called until it is whole; no key has a segment that begins with a dot.
    var partName: String { ".\(name).part" }
  }

  private let root: Descriptor

  /// Opens the directory and makes it if it is absent, mode 0700.
  init(_ path: String) throws(BlobError) {
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw Self.unusable("cannot make \(path)") }
    let root = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { throw Self.unusable("cannot open \(path)") }
    self.root = Descriptor(root)
    guard faccessat(root, ".", W_OK | X_OK, 0) == 0 else { throw Self.unusable("cannot write into \(path)") }
  }

  /// Where the key's file is or would be.
  ///
  /// - Parameter creating: Makes the directories that are not there, durably.
  /// - Returns: Nil if a directory is not there.
  func place(_ key: BlobKey, creating: Bool) throws(BlobError) -> Place? {
    var directory = root
    var segments = key.segments
    let name = segments.removeLast()
    for segment in segments {
      if creating {
        if mkdirat(directory.number, segment, 0o700) == 0 {
          guard fsync(directory.number) == 0 else { throw Self.error("cannot sync a directory") }
        } else if errno != EEXIST {
          throw Self.error("cannot make the directory \(segment)")
        }
      }
      let next = openat(directory.number, segment, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else {
        if errno == ENOENT, !creating { return nil }
        throw Self.error("cannot open the directory \(segment)")
      }
      directory = Descriptor(next)
    }
    return Place(directory: directory, name: name)
  }

  /// Gives a file its name if nobody has it.
  static func give(_ place: Place) throws(BlobError) {
    let directory = place.directory.number
    if weft_rename_new(directory, place.partName, place.name) == 0 { return }
    // Some file systems know no rename without replacing; a link never replaces either.
    if errno == EINVAL || errno == ENOSYS {
      if linkat(directory, place.partName, directory, place.name, 0) == 0 {
        unlinkat(directory, place.partName, 0)
        return
      }
    }
    throw Self.error("cannot name a file")
  }

  /// The failure that `errno` stands for.
  static func error(_ what: String) -> BlobError {
    let reason = errno
    switch reason {
    // The last where a limit on file sizes stands for the disk's end.
    case ENOSPC, EDQUOT, EFBIG: return .noSpace
    case EEXIST: return .alreadyExists
    case ENOENT: return .notFound
    case EMFILE, ENFILE, ENOMEM: return .overloaded
    default: return .failed("\(what): \(String(cString: strerror(reason)))")
    }
  }

  private static func unusable(_ what: String) -> BlobError { .failed("\(what): \(String(cString: strerror(errno)))") }
}
