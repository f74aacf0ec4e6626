import Glibc

/// Looks for a delimiter in bytes that come in pieces, as fast as the C library scans memory.
///
/// The delimiter begins with a byte that it holds only once (a multipart delimiter's carriage return), so that nothing has to be read twice: where a piece
/// of it turns out to be none, no other can have begun inside.
public struct DelimiterSearch: Sendable {
  /// What a search found.
  public enum Found: Equatable, Sendable {
    case nothing
    /// The whole delimiter begins here.
    case whole(at: Int)
    /// The input ends inside of what may be one that begins here.
    case beginning(at: Int)
  }

  public let delimiter: [UInt8]

  /// - Precondition: `delimiter` is not empty and holds its first byte only once.
  public init(_ delimiter: [UInt8]) {
    precondition(
      delimiter.first.map { first in !delimiter.dropFirst().contains(first) } ?? false, "a delimiter begins with a byte of its own")
    self.delimiter = delimiter
  }

  /// The first delimiter in `input` at or behind `start`.
  public func find(in input: Span<UInt8>, from start: Int) -> Found {
    input.withUnsafeBytes { bytes in
      delimiter.withUnsafeBytes { wanted in
        // Neither is empty beyond this point, so both have addresses.
        guard start < bytes.count, let base = bytes.baseAddress, let first = wanted.baseAddress else { return .nothing }
        var at = start
        while at < bytes.count, let hit = memchr(base + at, Int32(wanted[0]), bytes.count - at) {
          let place = UnsafeRawPointer(hit) - base
          let length = min(wanted.count, bytes.count - place)
          if memcmp(hit, first, length) == 0 { return length == wanted.count ? .whole(at: place) : .beginning(at: place) }
          at = place + 1
        }
        return .nothing
      }
    }
  }
}
