internal import CMagic

/// libmagic with its compiled database. Used by one thread alone; the only file that calls libmagic.
///
/// It sees the first bytes only, and only the tests for binary formats run: those for text look at every line with regular
/// expressions (64 KiB of newlines take 344 ms instead of 0.2), and text is judged by us.
final class MagicDatabase: @unchecked Sendable {  // made by one thread, handed to another that keeps it
  private static let flags =
    MAGIC_MIME_TYPE | MAGIC_NO_CHECK_TEXT | MAGIC_NO_CHECK_ENCODING | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_TOKENS
    | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF

  private let handle: magic_t

  /// Loads the system's database. Blocks.
  ///
  /// - Throws: `.failed` if it is not there.
  init() throws(BlobError) {
    guard let handle = magic_open(Self.flags) else { throw .failed("libmagic cannot be opened") }
    guard magic_load(handle, nil) == 0 else {
      let reason = magic_error(handle).map { String(cString: $0) } ?? "no reason given"
      magic_close(handle)
      throw .failed("libmagic's database cannot be loaded: \(reason)")
    }
    self.handle = handle
    // What a file made for it could have it do: look elsewhere in the file, call tests by name, match expressions.
    limit(MAGIC_PARAM_INDIR_MAX, 15)
    limit(MAGIC_PARAM_NAME_MAX, 60)
    limit(MAGIC_PARAM_REGEX_MAX, 4096)
    limit(MAGIC_PARAM_BYTES_MAX, FileTypes.headBytes)
  }

  deinit { magic_close(handle) }

  /// The media type of the bytes, `application/octet-stream` where there is no better word.
  func mediaType(_ bytes: [UInt8]) -> String {
    // Nil is an error, such as no memory: a file of no known type.
    magic_buffer(handle, bytes, bytes.count).map { String(cString: $0) } ?? "application/octet-stream"
  }

  private func limit(_ parameter: Int32, _ value: Int) {
    var value = value
    magic_setparam(handle, parameter, &value)
  }
}
