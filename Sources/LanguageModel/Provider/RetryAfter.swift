/// How long a server wants to be left alone (RFC 9110, section 10.2.3).
enum RetryAfter {
  /// - Parameters:
  ///   - value: Seconds, or a date as in section 5.6.7.
  ///   - now: Microseconds since 1970.
  /// - Returns: At least 0; nil if it is neither.
  static func parse(_ value: String, now: Int64) -> Duration? {
    if let seconds = Int64(value), value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return .seconds(min(seconds, 1_000_000)) }
    guard let date = seconds1970(value) else { return nil }
    return max(.zero, .seconds(date) - .microseconds(now))
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// An IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`. The two obsolete forms nobody sends.
  private static func seconds1970(_ text: String) -> Int64? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int64(parts[1]), (1...31).contains(day), let year = Int64(parts[3]),
      (1970...9999).contains(year), let month = months.firstIndex(where: { $0 == parts[2] })
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2]) else { return nil }
    // Days since 1970 of a Gregorian date: years begin in March, so that the leap day comes last.
    let (shiftedYear, shiftedMonth) = month < 2 ? (year - 1, Int64(month) + 10) : (year, Int64(month) - 2)
    let days = 365 * shiftedYear + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400 + (153 * shiftedMonth + 2) / 5 + day - 719_469
    return days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
  }
}
