/// Text of google.protobuf.Timestamp: RFC 3339, in UTC with `Z` and 0, 3, 6 or 9 digits of fraction when written.
enum TimestampText {
  /// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since 1970.
  static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// Writes the time without quotes; false where it lies outside the years 1 to 9999 or `nanos` outside 0...999999999.
  static func append(seconds: Int64, nanos: Int32, to out: inout ByteSink) -> Bool {
    guard self.seconds.contains(seconds), nanos >= 0, nanos <= 999_999_999 else { return false }
    let sinceYear1 = UInt64(bitPattern: seconds &- self.seconds.lowerBound)
    let day = Int(truncatingIfNeeded: sinceYear1 / 86_400)
    let second = Int(truncatingIfNeeded: sinceYear1 % 86_400)
    let (year, month, dayOfMonth) = civil(daysSinceYear1: day)
    out.need(32)
    let q = out.q
    NumberFormat.twoDigits(year / 100, q)
    NumberFormat.twoDigits(year % 100, q + 2)
    q[4] = 0x2d
    NumberFormat.twoDigits(month, q + 5)
    q[7] = 0x2d
    NumberFormat.twoDigits(dayOfMonth, q + 8)
    q[10] = 0x54
    NumberFormat.twoDigits(second / 3600, q + 11)
    q[13] = 0x3a
    NumberFormat.twoDigits(second / 60 % 60, q + 14)
    q[16] = 0x3a
    NumberFormat.twoDigits(second % 60, q + 17)
    out.q += 19
    appendFraction(nanos, to: &out)
    out.byte(0x5a)
    return true
  }

  /// Writes `.123`, `.123456` or `.123456789`, or nothing for 0; `nanos` is 0 to 999999999.
  static func appendFraction(_ nanos: Int32, to out: inout ByteSink) {
    guard nanos != 0 else { return }
    var digits = 9
    var value = Int(nanos)
    while digits > 3, value % 1000 == 0 {
      digits -= 3
      value /= 1000
    }
    out.need(10)
    out.q.pointee = 0x2e
    for i in stride(from: digits, to: 0, by: -1) {
      out.q[i] = 48 + UInt8(value % 10)
      value /= 10
    }
    out.q += digits + 1
  }

  /// Year, month and day of a count of days from 0001-01-01 (Gregorian, proleptic).
  private static func civil(daysSinceYear1 days: Int) -> (year: Int, month: Int, day: Int) {
    // Years from March on, so that the leap day ends one: 0000-03-01 lies 306 days before 0001-01-01.
    let shifted = days + 306
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`; nil where the text is anything else or no such time exists.
  static func parse(_ text: WireRange) -> (seconds: Int64, nanos: Int32)? {
    let p = text.start
    guard text.count >= 20, p[4] == 0x2d, p[7] == 0x2d, p[10] == 0x54, p[13] == 0x3a, p[16] == 0x3a,
      let century = two(p), let yearOfCentury = two(p + 2), let month = two(p + 5), let day = two(p + 8),
      let hour = two(p + 11), let minute = two(p + 14), let second = two(p + 17)
    else { return nil }
    let year = century * 100 + yearOfCentury
    guard year >= 1, month >= 1, month <= 12, day >= 1, day <= days(in: month, of: year), hour < 24, minute < 60, second < 60
    else { return nil }
    var rest = p + 19
    guard let nanos = fraction(&rest, text.end), let offset = zone(rest, text.end) else { return nil }
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = Int64(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
    return self.seconds.contains(seconds) ? (seconds, nanos) : nil
  }

  /// Reads an optional fraction of one to nine digits, as nanoseconds; nil where the digits are none or too many.
  static func fraction(_ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int32? {
    guard p < end, p.pointee == 0x2e else { return 0 }
    p += 1
    var value: Int32 = 0
    var digits = 0
    while p < end, p.pointee &- 48 < 10 {
      guard digits < 9 else { return nil }
      value = value * 10 + Int32(p.pointee &- 48)
      digits += 1
      p += 1
    }
    guard digits > 0 else { return nil }
    while digits < 9 {
      value *= 10
      digits += 1
    }
    return value
  }

  /// Seconds that the zone lies ahead of UTC.
  private static func zone(_ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
    if end - p == 1, p.pointee == 0x5a { return 0 }
    guard end - p == 6, p[0] == 0x2b || p[0] == 0x2d, p[3] == 0x3a, let hours = two(p + 1), let minutes = two(p + 4),
      hours < 24, minutes < 60
    else { return nil }
    let offset = hours * 3600 + minutes * 60
    return p[0] == 0x2b ? offset : -offset
  }

  @inline(__always) private static func two(_ p: UnsafePointer<UInt8>) -> Int? {
    let (a, b) = (p[0] &- 48, p[1] &- 48)
    return a < 10 && b < 10 ? Int(a) * 10 + Int(b) : nil
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }
}
