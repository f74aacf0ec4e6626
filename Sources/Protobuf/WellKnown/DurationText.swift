/// Text of google.protobuf.Duration: seconds with an optional fraction and a final `s`, such as `-1.500s`.
enum DurationText {
  /// ±10,000 years.
  static let seconds: ClosedRange<Int64> = -315_576_000_000...315_576_000_000

  /// Writes the duration without quotes; false where it is out of range or its two parts differ in sign.
  static func append(seconds: Int64, nanos: Int32, to out: inout ByteSink) -> Bool {
    guard self.seconds.contains(seconds), nanos.magnitude <= 999_999_999, seconds <= 0 || nanos >= 0, seconds >= 0 || nanos <= 0
    else { return false }
    if seconds < 0 || nanos < 0 { out.byte(0x2d) }
    NumberFormat.append(seconds.magnitude, to: &out)
    TimestampText.appendFraction(Int32(nanos.magnitude), to: &out)
    out.byte(0x73)
    return true
  }

  /// Reads `[-]digits[.fraction]s`; nil where the text is anything else or beyond ±10,000 years.
  static func parse(_ text: WireRange) -> (seconds: Int64, nanos: Int32)? {
    var p = text.start
    guard text.count >= 2, text.end[-1] == 0x73 else { return nil }
    let end = text.end - 1
    let negative = p.pointee == 0x2d
    if negative { p += 1 }
    let first = p
    var seconds: Int64 = 0
    while p < end, p.pointee &- 48 < 10 {
      seconds = seconds * 10 + Int64(p.pointee &- 48)
      guard seconds <= self.seconds.upperBound else { return nil }
      p += 1
    }
    guard p > first, let nanos = TimestampText.fraction(&p, end), p == end else { return nil }
    return negative ? (-seconds, -nanos) : (seconds, nanos)
  }
}
