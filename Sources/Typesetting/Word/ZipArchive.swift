internal import CZip
internal import Glibc

/// Writes a ZIP file of named parts, compressed: the only file that calls libzip.
///
/// libzip goes back to fill in sizes, so the compressed file is gathered in memory; the same parts give the same bytes.
struct ZipArchive {
  private let archive: OpaquePointer
  private let target: OpaquePointer

  init() throws(TypesettingError) {
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    guard let target = zip_source_buffer_create(nil, 0, 0, &error) else { throw .failed("zip_source_buffer_create") }
    // One use for libzip, one to read the result afterwards.
    zip_source_keep(target)
    guard let archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error) else {
      zip_source_free(target)
      zip_source_free(target)
      throw .failed("zip_open_from_source")
    }
    self.archive = archive
    self.target = target
  }

  /// 1 January 1980, noon UTC: the first day that the format knows, wherever the clock stands.
  private static let time: time_t = 315_576_000

  func add(_ name: String, _ bytes: [UInt8], isCompressed: Bool = true) throws(TypesettingError) {
    guard let copy = malloc(max(bytes.count, 1)) else { throw .failed("malloc") }
    bytes.withUnsafeBytes { if let base = $0.baseAddress { memcpy(copy, base, $0.count) } }
    // libzip frees the copy with the source, and the source with the archive.
    guard let source = zip_source_buffer(archive, copy, zip_uint64_t(bytes.count), 1) else {
      free(copy)
      throw .failed("zip_source_buffer")
    }
    let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
    guard index >= 0 else {
      zip_source_free(source)
      throw .failed("zip_file_add: \(name)")
    }
    zip_file_set_mtime(archive, zip_uint64_t(index), Self.time, 0)
    zip_set_file_compression(archive, zip_uint64_t(index), isCompressed ? Int32(ZIP_CM_DEFLATE) : Int32(ZIP_CM_STORE), 6)
  }

  /// Compresses the parts and hands over the file; the archive is gone then, whatever happens.
  consuming func finish(to output: OutputBuffer) throws {
    guard zip_close(archive) == 0 else {
      let reason = String(cString: zip_strerror(archive))
      discard()
      throw TypesettingError.failed(reason)
    }
    defer { zip_source_free(target) }
    guard zip_source_open(target) == 0 else { throw TypesettingError.failed("zip_source_open") }
    defer { zip_source_close(target) }
    var chunk = [UInt8](repeating: 0, count: OutputBuffer.chunkBytes)
    while true {
      let count = chunk.withUnsafeMutableBytes { zip_source_read(target, $0.baseAddress, zip_uint64_t($0.count)) }
      guard count >= 0 else { throw TypesettingError.failed("zip_source_read") }
      if count == 0 { break }
      try output.append(chunk[..<Int(count)])
    }
    try output.flush()
  }

  /// Gives everything back without a file.
  func discard() {
    zip_discard(archive)
    zip_source_free(target)
  }
}
