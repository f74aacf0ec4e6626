/// Which stream identifiers a client passed over: they are closed for good, without ever having been open (RFC 9113, 5.1.1).
///
/// HEADERS on one of them is an error of the connection, which nghttp2 1.52 does not tell from trailers that come late, for a stream that
/// we ended a moment ago: those are ignored, as 5.1 asks. An identifier that was never used has no such excuse, so nobody who
/// merely races with us is hit. Clients count up by two, so there is nothing to remember of them.
struct SkippedStreams {
  private var highest: UInt32 = 0
  private var ranges: [ClosedRange<UInt32>] = []
  /// Of a client that skips more often no more is remembered; what it then sends on them is ignored, as late frames are.
  private static let rangesMax = 32

  /// HEADERS came on `stream`, an odd number.
  ///
  /// - Returns: Whether the stream is new, or was new once.
  mutating func mayHaveOpened(_ stream: UInt32) -> Bool {
    guard stream > highest else { return stream == highest || !ranges.contains { $0.contains(stream) } }
    let next = highest == 0 ? 1 : highest + 2
    if stream > next, ranges.count < Self.rangesMax { ranges.append(next...stream - 2) }
    highest = stream
    return true
  }
}
