internal import CArchive
internal import Glibc

/// Writes a tar archive (ustar, with pax headers where a name or size needs them) to a descriptor, by libarchive. Blocks.
final class ArchiveWriter {
  /// Bytes of one write.
  private static let blockBytes: Int32 = 256 * 1024

  private let archive: OpaquePointer
  private let entry: OpaquePointer
  private let descriptor: Int32
  private var isClosed = false
  /// Bytes of the member under way that are still to come.
  private var expected: Int64 = 0

  init(descriptor: Int32) throws(BackupError) {
    guard let archive = archive_write_new(), let entry = archive_entry_new() else { throw .file(path: "tar", reason: "out of memory") }
    self.archive = archive
    self.entry = entry
    self.descriptor = descriptor
    try check(archive_write_set_format_pax_restricted(archive))
    try check(archive_write_set_bytes_per_block(archive, Self.blockBytes))
    // The last block is not filled up.
    try check(archive_write_set_bytes_in_last_block(archive, 1))
    try check(archive_write_open_fd(archive, descriptor))
  }

  deinit {
    // Otherwise freeing an archive would end it properly.
    if !isClosed { archive_write_fail(archive) }
    archive_write_free(archive)
    archive_entry_free(entry)
  }

  /// Begins a member of exactly `size` bytes.
  ///
  /// - Parameter second: Its time of change, in seconds since 1970.
  func begin(_ name: String, size: Int64, at second: Int64) throws(BackupError) {
    archive_entry_clear(entry)
    archive_entry_set_pathname(entry, name)
    archive_entry_set_filetype(entry, weft_archive_regular_file())
    archive_entry_set_perm(entry, 0o600)
    archive_entry_set_size(entry, size)
    archive_entry_set_mtime(entry, time_t(second), 0)
    try check(archive_write_header(archive, entry))
    expected = size
  }

  func write(_ bytes: ArraySlice<UInt8>) throws(BackupError) {
    guard Int64(bytes.count) <= expected else { throw .damaged("a file grew while it was read") }
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure() }
      rest = rest.dropFirst(count)
    }
    expected -= Int64(bytes.count)
  }

  func end() throws(BackupError) {
    guard expected == 0 else { throw .damaged("a file shrank while it was read") }
    try check(archive_write_finish_entry(archive))
  }

  /// Writes what is left. The descriptor stays open.
  func close() throws(BackupError) {
    try check(archive_write_close(archive))
    isClosed = true
  }

  private func check(_ status: Int32) throws(BackupError) {
    if status != ARCHIVE_OK { throw failure() }
  }

  private func failure() -> BackupError {
    let number = archive_errno(archive)
    // libarchive's own numbers are below zero.
    let text = number > 0 ? strerror(number).map { UnsafePointer($0) } : archive_error_string(archive)
    return .file(path: "the archive", reason: text.map { String(cString: $0) } ?? "cannot be written")
  }
}
