internal import CNghttp2

/// A response head or trailers made once and kept for the life of the process, for what is sent again and again:
/// nghttp2 takes its bytes without copying them (NO_COPY).
///
/// Make one as a global or static `let`; its memory is never freed, because a frame that refers to it may still be queued.
public final class HeaderTable: Sendable {
  /// The status of a response head; nil for trailers.
  public let status: Int?
  /// The same fields in the usual form.
  public let headers: Headers
  // Immortal and never written after init, hence safe to share.
  nonisolated(unsafe) let nva: UnsafeMutableBufferPointer<nghttp2_nv>

  /// - Parameter status: 200 to 599 for a response head; nil for trailers.
  public init(status: Int? = nil, _ fields: KeyValuePairs<String, String>) {
    self.status = status
    headers = Headers(fields)
    var all = fields.map { ($0.key, $0.value) }
    if let status { all.insert((":status", String(status)), at: 0) }
    nva = .allocate(capacity: all.count)
    let flags = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
    for (index, (name, value)) in all.enumerated() {
      let (name, value) = (HeaderTable.immortal(name.lowercased()), HeaderTable.immortal(value))
      nva.initializeElement(
        at: index,
        to: nghttp2_nv(name: name.baseAddress, value: value.baseAddress, namelen: name.count, valuelen: value.count, flags: flags))
    }
  }

  private static func immortal(_ text: String) -> UnsafeMutableBufferPointer<UInt8> {
    // One byte more, so that an empty value has an address too.
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count + 1)
    _ = copy.initialize(from: text.utf8)
    return UnsafeMutableBufferPointer(rebasing: copy[..<text.utf8.count])
  }
}
