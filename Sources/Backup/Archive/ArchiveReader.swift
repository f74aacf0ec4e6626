internal import CArchive
internal import Glibc

/// Reads a tar archive from a descriptor, by libarchive, member by member. Blocks, but for no longer than it takes to see that it is
/// cancelled.
final class ArchiveReader {
  static let pieceBytes = 256 * 1024

  /// What libarchive's callback needs.
  private final class Source {
    let descriptor: Int32
    let isCancelled: () -> Bool
    var wasCancelled = false
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ArchiveReader.pieceBytes, alignment: 16)

    init(descriptor: Int32, isCancelled: @escaping () -> Bool) {
      self.descriptor = descriptor
      self.isCancelled = isCancelled
    }

    deinit { buffer.deallocate() }

    /// The next bytes in `buffer`: 0 at the end, -1 with `errno`.
    func read() -> Int {
      var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while true {
        if isCancelled() {
          wasCancelled = true
          errno = EINTR
          return -1
        }
        // A pipe may be silent for long.
        guard poll(&event, 1, 200) != 0 else { continue }
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count >= 0 || errno != EINTR { return count }
      }
    }
  }

  private let archive: OpaquePointer
  private let source: Source
  private var piece = [UInt8](repeating: 0, count: ArchiveReader.pieceBytes)

  init(descriptor: Int32, isCancelled: @escaping () -> Bool) throws(BackupError) {
    guard let archive = archive_read_new() else { throw .file(path: "tar", reason: "out of memory") }
    self.archive = archive
    source = Source(descriptor: descriptor, isCancelled: isCancelled)
    try check(archive_read_support_format_tar(archive))
    try check(
      archive_read_open(
        // The source lives as long as this object, and the archive is freed with it.
        archive, Unmanaged.passUnretained(source).toOpaque(), nil,
        { archive, context, buffer in
          guard let context, let buffer else { return -1 }
          let source = Unmanaged<Source>.fromOpaque(context).takeUnretainedValue()
          let count = source.read()
          if count < 0 { weft_archive_set_error(archive, errno, strerror(errno)) }
          buffer.pointee = UnsafeRawPointer(source.buffer.baseAddress)
          return la_ssize_t(count)
        }, nil))
  }

  deinit { archive_read_free(archive) }

  /// The next member; nil at the archive's end.
  ///
  /// - Throws: `BackupError.damaged`, also for anything that is not a plain file of ours.
  func next() throws(BackupError) -> (member: ArchiveMember, size: Int64)? {
    var entry: OpaquePointer?
    let status = archive_read_next_header(archive, &entry)
    if status == ARCHIVE_EOF { return nil }
    try check(status)
    guard let entry, let name = archive_entry_pathname(entry).map({ String(cString: $0) }) else {
      throw .damaged("a member has no name")
    }
    // Members of other kinds (links, devices) and with holes would be ways to write more, or elsewhere, than is in the archive.
    guard UInt32(archive_entry_filetype(entry)) == weft_archive_regular_file(), archive_entry_hardlink(entry) == nil,
      archive_entry_sparse_count(entry) == 0, archive_entry_size_is_set(entry) != 0, archive_entry_size(entry) >= 0,
      let member = ArchiveMember(name: name)
    else { throw .damaged("it holds \(Self.printable(name)), which no backup does") }
    return (member, archive_entry_size(entry))
  }

  /// The member's next bytes; nil at its end.
  func read() throws(BackupError) -> ArraySlice<UInt8>? {
    let count = piece.withUnsafeMutableBytes { archive_read_data(archive, $0.baseAddress, $0.count) }
    guard count >= 0 else { throw failure() }
    return count == 0 ? nil : piece[..<count]
  }

  private func check(_ status: Int32) throws(BackupError) {
    if status != ARCHIVE_OK { throw failure() }
  }

  private func failure() -> BackupError {
    if source.wasCancelled { return .interrupted }
    return .damaged(archive_error_string(archive).map { String(cString: $0) } ?? "it cannot be read")
  }

  /// Somebody else's name, fit for a terminal.
  private static func printable(_ name: String) -> String {
    "\"" + String(name.unicodeScalars.prefix(100).map { $0.properties.generalCategory == .control ? "?" : Character($0) }) + "\""
  }
}
