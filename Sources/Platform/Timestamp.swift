/// Text of a point in time as RFC 3339 writes it, in UTC, without Foundation.
public enum Timestamp {
  /// Text such as `2024-01-01T00:00:00Z`.
  ///
  /// - Parameters:
  ///   - wallMicroseconds: Microseconds since 1970; years 0 to 9999.
  ///   - fractionDigits: 0, 3 or 6 digits of the second's fraction, cut and not rounded.
  public static func rfc3339(wallMicroseconds: Int64, fractionDigits: Int = 0) -> String {
    var text: [UInt8] = []
    append(wallMicroseconds: wallMicroseconds, fractionDigits: fractionDigits, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the same text as bytes.
  public static func append(wallMicroseconds: Int64, fractionDigits: Int = 0, to text: inout [UInt8]) {
    let day = floorDivide(wallMicroseconds, 86_400_000_000)
    // Not the difference to the day's beginning: for the earliest times that lies beyond Int64.
    let remainder = wallMicroseconds % 86_400_000_000
    let microsecond = remainder < 0 ? remainder + 86_400_000_000 : remainder
    let second = microsecond / 1_000_000
    let date = civilDate(daysSince1970: day)
    append(date.year, digits: 4, to: &text)
    text.append(UInt8(ascii: "-"))
    append(date.month, digits: 2, to: &text)
    text.append(UInt8(ascii: "-"))
    append(date.day, digits: 2, to: &text)
    text.append(UInt8(ascii: "T"))
    append(second / 3600, digits: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    append(second / 60 % 60, digits: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    append(second % 60, digits: 2, to: &text)
    if fractionDigits > 0 {
      text.append(UInt8(ascii: "."))
      let fraction = microsecond % 1_000_000
      append(fractionDigits == 3 ? fraction / 1_000 : fraction, digits: fractionDigits == 3 ? 3 : 6, to: &text)
    }
    text.append(UInt8(ascii: "Z"))
  }

  /// Gregorian date of a day number: eras of 400 years that begin on 1 March, so that the leap day comes last.
  private static func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  private static func append(_ value: Int64, digits: Int, to text: inout [UInt8]) {
    var divisor: Int64 = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: (value / divisor % 10).magnitude))
      divisor /= 10
    }
  }
}
